"""How people hear of it: pages in the outbox, all-clears, digests."""
