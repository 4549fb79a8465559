"""One turn: inputs in, one transaction, effects out."""
