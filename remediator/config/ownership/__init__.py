"""Whom the files that a config names belong to, and who may change them."""
