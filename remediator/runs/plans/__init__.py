"""From a runbook, a target and its data to a plan."""
