"""kolla's containers on Docker and Podman: state, health, start and restart."""
