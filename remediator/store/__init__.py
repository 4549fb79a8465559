"""What survives: tables, the hash chain that is journal and audit in one, signed checkpoints, and readers.

Only the loop thread writes. Readers open their own read-only connections.
"""
