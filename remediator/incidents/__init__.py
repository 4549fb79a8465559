"""Incidents: one problem each, suppressed under a known parent, closed only when verified gone."""
