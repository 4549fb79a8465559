"""What keeps remediator from acting: mutes, brakes, the storm breaker, its own clock, another remediator."""
