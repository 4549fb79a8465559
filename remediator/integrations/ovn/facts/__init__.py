"""What a host says of its OVN daemons and databases, as frozen records."""
