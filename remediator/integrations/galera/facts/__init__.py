"""What a member's host and its server say, as frozen facts."""
