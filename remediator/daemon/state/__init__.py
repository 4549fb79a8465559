"""What the loop knows: six records, each with one writer, what was loaded as a whole, the messages, and how a record
goes back."""
