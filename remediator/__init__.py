"""remediator: heals OpenStack clouds deployed by Kolla-Ansible, safely, visibly, once."""

__version__ = "0.1.0"
