"""What people ask on the control socket, and what they are shown."""
