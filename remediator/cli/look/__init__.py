"""Commands that look: what is broken, what is being done, and what was done."""
