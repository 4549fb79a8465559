"""How the daemon touches the world: one exchange or one command on one host, by SSH or locally, and SQL to one member.

Nothing here judges, retries an effect, or raises for what a host does. Every end is a value with a reason.
"""
