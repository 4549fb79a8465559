"""Open vSwitch and OVN in the lab: the switch of each host, both databases as clusters, and guests that ping."""
