"""What every part of a turn stands on: the state, the messages, what is undone, who pays for an exception."""
