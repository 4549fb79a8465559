"""Packages that somebody else wrote, each a project of its own: they are installed by pip before they are used, never
imported from here."""
