"""Whether memcached answers, and its restart when it does not: an integration that somebody else wrote."""
