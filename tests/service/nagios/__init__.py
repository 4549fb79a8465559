"""A real Nagios 4 for tests: obtained without installing anything, configured as sites do, driven by its command
file."""
