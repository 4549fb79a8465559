"""The host itself: reach, disks, clock, engine, and who works on it."""
