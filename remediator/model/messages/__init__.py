"""What comes in and goes out: replies of hosts, webhooks, the control socket, matchers."""
