"""What the steps of several actions share: programs, progress, and what must be proven first."""
