"""The typed actions of Galera's runbooks."""
