"""What monitoring posts: read, normalised, redacted, and told apart."""
