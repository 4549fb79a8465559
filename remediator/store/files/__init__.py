"""The files beside the database: whose they are, who has locked them, and the room to write why the daemon stopped."""
