"""From an open incident to a decision and the case for the gate."""
