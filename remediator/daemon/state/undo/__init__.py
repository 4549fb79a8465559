"""How the state goes back to where it was before a turn that failed."""
