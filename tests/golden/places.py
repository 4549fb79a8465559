"""Where the recorded files lie."""

from __future__ import annotations

from pathlib import Path

STORES = Path(__file__).parent / "stores"
"""Stores as a release wrote them (`record_stores.py`)."""
