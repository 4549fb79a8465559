"""The words of the project as frozen records. This room imports nothing from the others and does no I/O."""
