"""The gate: the one place where a change of the world is allowed or refused. Guards are pure; nothing here does I/O."""
