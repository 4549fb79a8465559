"""The files beside the database: whose they are, who holds them, and the room to write why we stopped."""
