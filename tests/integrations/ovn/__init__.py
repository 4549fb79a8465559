"""Tests of OVN, ring by ring."""
