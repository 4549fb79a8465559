"""The judgement of OVN's control plane by OVN-1 to OVN-5: from facts to whom a cure may touch, or why nobody. Pure."""
