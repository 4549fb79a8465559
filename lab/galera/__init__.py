"""The database of the lab: MariaDB with Galera on the controllers, its faults, its workload, and the ways back from an
outage."""
