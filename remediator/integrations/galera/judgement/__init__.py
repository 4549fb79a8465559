"""From a picture of the cluster to the one thing to do. Pure."""
