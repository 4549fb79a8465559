"""What a host says of its Open vSwitch, as frozen records."""
