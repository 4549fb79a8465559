"""Wrong input, made at random from right input, into the real engine, the real doors and the real loader: `python -m
tests.fuzz`."""
