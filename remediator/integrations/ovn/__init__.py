"""OVN under kolla: the databases and their clusters, northd, the controller of each host, and the chassis."""
