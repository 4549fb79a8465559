"""Runs: what a runbook becomes when it is executed. Transitions are pure; the daemon journals each before it acts on
it."""
