"""The inventory and the globals that Kolla-Ansible deploys from."""
