"""Tests of OVN on the lab."""
