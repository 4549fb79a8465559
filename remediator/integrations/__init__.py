"""One folder per technology, all of the same shape; a new technology begins as a copy of a folder (see container/)."""
