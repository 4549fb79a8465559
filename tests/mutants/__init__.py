"""Mistakes that someone could make in shipped files, and the runner that shows that the proof catches each: `python -m
tests.mutants`."""
