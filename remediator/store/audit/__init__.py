"""The hash chain, its checkpoints, and the proofs that nobody changed a row."""
