"""What chance and stories break: services, hosts and the network, the daemon, its store."""
