"""Second readings of rules, written before the code they judge and sharing nothing with it."""
