"""What kolla-ansible deploys: services, names, and what differs from release to release."""
