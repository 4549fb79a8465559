"""The Galera and the container way in each shape of the lab: `python -m tests.shapes [SHAPE...]`."""
