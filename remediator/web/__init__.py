"""The HTTP door: webhooks in, health and metrics out. Nothing here decides or stores: it asks the loop and waits."""
