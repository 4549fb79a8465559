"""The cloud in memory: hosts, units, engines, technologies and the network as state machines on virtual time, under the
real daemon.

Invariant: of the daemon only its ground is replaced (clock, pools, the ways to the hosts); store, journal and
checkpoint file are the real ones. The same seed is the same story, step by step.
"""
