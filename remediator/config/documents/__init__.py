"""YAML with a place for every value: read, overlaid, checked, and told of."""
