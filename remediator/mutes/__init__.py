"""What people and their tools put between us and the world, and the brakes that a person closes: how each begins and ends. Pure."""
