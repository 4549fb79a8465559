"""What holds back: mutes, brakes, the storm breaker, our own clock, another remediator."""
