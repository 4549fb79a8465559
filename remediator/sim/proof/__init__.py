"""The programs: the proof, every crash point, the soak, the demo."""
