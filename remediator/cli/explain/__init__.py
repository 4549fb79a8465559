"""`remediator explain`: why something was done, or was not."""
