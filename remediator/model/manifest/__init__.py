"""What an integration declares, so that the core knows no technology by name: one small frozen record for each
thing."""
