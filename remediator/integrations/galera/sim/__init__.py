"""A Galera cluster in memory, what is asked of it, and the scenarios of a lost one."""
