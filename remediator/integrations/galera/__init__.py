"""Galera under kolla: each member over SQL, from its unit and its files, and the cluster; and the recovery of a lost
cluster."""
