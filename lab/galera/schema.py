"""What the lab's database holds: the users, three tables as OpenStack has them, and places for the lab's own writes."""

from __future__ import annotations

from lab.galera import passwords

CANARIES = ("keystone.project", "nova_api.cell_mappings", "neutron.networks")
"""Tables that `monitor` may read, and no others: small, never empty, of the schemas that a cloud cannot be without."""

TABLES = """
CREATE DATABASE keystone;
CREATE TABLE keystone.project (id VARCHAR(64) PRIMARY KEY, name VARCHAR(64) NOT NULL, domain_id VARCHAR(64) NOT NULL, enabled BOOL, UNIQUE (domain_id, name));
INSERT INTO keystone.project VALUES ('0a1', 'admin', 'default', 1), ('0a2', 'service', 'default', 1), ('0a3', 'web', 'default', 1),
  ('0a4', 'batch', 'default', 1), ('0a5', 'archive', 'default', 0);
CREATE DATABASE nova_api;
CREATE TABLE nova_api.cell_mappings (id INT PRIMARY KEY AUTO_INCREMENT, uuid VARCHAR(36) NOT NULL UNIQUE, name VARCHAR(255), disabled BOOL);
INSERT INTO nova_api.cell_mappings (uuid, name, disabled) VALUES ('00000000-0000-0000-0000-000000000000', 'cell0', 0),
  ('6a7c5f0e-5a0b-4e5c-9d51-2f1b7a3c9e10', 'cell1', 0);
CREATE DATABASE neutron;
CREATE TABLE neutron.networks (id VARCHAR(36) PRIMARY KEY, project_id VARCHAR(255), name VARCHAR(255), status VARCHAR(16), mtu INT);
INSERT INTO neutron.networks VALUES ('11111111-0000-4000-8000-000000000001', '0a1', 'public', 'ACTIVE', 1500),
  ('11111111-0000-4000-8000-000000000002', '0a3', 'web', 'ACTIVE', 1450), ('11111111-0000-4000-8000-000000000003', '0a4', 'batch', 'ACTIVE', 1450);
CREATE DATABASE lab;
CREATE TABLE lab.writes (id BIGINT PRIMARY KEY AUTO_INCREMENT, host VARCHAR(16) NOT NULL);
CREATE DATABASE workload;
CREATE TABLE workload.acts (run CHAR(16) NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (run, id));
"""  # noqa: E501


def text() -> str:
    """Return the statements that fill the first member's empty database; the last one gives root its password."""
    root, monitor, workload = (p.read_text().strip() for p in (passwords.ROOT, passwords.MONITOR, passwords.WORKLOAD))
    statements = [TABLES]
    for place in ("10.77.0.%", "localhost"):
        statements.append(f"CREATE USER 'monitor'@'{place}' IDENTIFIED BY '{monitor}';\n")
        statements += [f"GRANT SELECT ON {table} TO 'monitor'@'{place}';\n" for table in CANARIES]
    statements.append(f"CREATE USER 'workload'@'10.77.0.%' IDENTIFIED BY '{workload}';\n")
    statements.append("GRANT SELECT, INSERT ON workload.acts TO 'workload'@'10.77.0.%';\n")
    statements.append(f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{root}';\n")
    return "".join(statements)
