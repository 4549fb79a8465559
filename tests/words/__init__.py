"""The words of the repository as its own tests read them: rules that are cited, documents, sentences of docstrings."""
