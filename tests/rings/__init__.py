"""The rings of tests, from the fast to the real: `python -m tests.rings [RING...]`."""
