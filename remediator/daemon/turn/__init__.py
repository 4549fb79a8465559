"""One turn: its transaction, what carries transitions out with row and mirror together, and who pays for an
exception."""
