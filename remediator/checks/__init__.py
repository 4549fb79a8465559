"""From samples to states: SOFT and HARD, attempts, flapping. Emits an event on a change only."""
