"""The lab: a small real cloud on one machine, with faults that can be switched on and off.

Hosts are privileged containers with their own systemd, sshd and container engine; the services in them are named,
labelled and supervised as Kolla-Ansible does it. What is true of one technology lies in that one's folder
(`technology.py`). remediator
never imports this.
What the lab may touch on the machine: REMEDIATOR_LAB_HOME, /run/remediator-lab, the bridges `br-lab*`, one blackhole
route and one marked FORWARD rule. `down` takes all of that away but the image cache.
"""
