"""The cloud that the lab plays: its hosts, shapes and services, and what kolla would have written about them."""
