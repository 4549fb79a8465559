"""The gate: the one place where what changes the world is allowed or refused. Guards are pure; nothing here does I/O."""
