"""The process around the loop: pools, ticks, clock, logs, systemd, and the parts that a config names."""
