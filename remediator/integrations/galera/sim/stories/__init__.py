"""The directed stories of a Galera cluster: of a lost one, of one that lives, of a member."""
