"""What people ask of mutes: pauses, silences, downtimes, wrapped commands, acknowledgements."""
