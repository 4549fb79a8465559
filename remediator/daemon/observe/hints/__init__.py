"""What comes from outside by webhook: hints, what they say of downtimes, names and services that the inventory does not
know."""
