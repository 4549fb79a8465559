"""What people and their tools put between us and the world: how a mute begins and ends, and what is written of it. Pure."""
