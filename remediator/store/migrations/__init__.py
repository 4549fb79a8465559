"""The history of the store's form, as Alembic scripts: `versions/` has one for each change, and the newest is
`schema.HEAD`.

Invariant: a script is never changed once it was released, and uses nothing that changes with the records of today.
"""
