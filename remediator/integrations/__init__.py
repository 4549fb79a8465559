"""One folder per technology, all of the same shape; adding one is copying a folder (see container/)."""
