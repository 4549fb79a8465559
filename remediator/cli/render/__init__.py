"""Answers as people, programs and Nagios read them."""
