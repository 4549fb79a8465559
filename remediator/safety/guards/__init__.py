"""The guards: each a question, its limits, and a pure function from the case to a verdict."""
