"""Open vSwitch under kolla: the switch of a host, its database, and what its kernel lends it."""
