"""What MariaDB, InnoDB and Galera's provider write into their logs, and what follows from it."""
