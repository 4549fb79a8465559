"""What is seen: replies, results, events, incidents, groups, names, hints. Nothing is decided."""
