"""From samples to states: SOFT and HARD, attempts, flapping. An event is emitted on a change only."""
