"""The cloud in memory: hosts, services, the ways to them, and what they answer."""
