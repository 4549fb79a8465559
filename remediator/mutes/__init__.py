"""What people and their tools set to keep remediator from acting, and the brakes that a person closes: how each begins
and ends. Pure."""
