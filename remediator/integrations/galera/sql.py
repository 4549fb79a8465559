"""What a Galera member is asked over SQL, directly and never through a VIP."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.model.values import Unknown
from remediator.reach import mysql

STATUS = "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'"
VARIABLES = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_cluster_address', 'wsrep_cluster_name', 'wsrep_node_name',"
    " 'wsrep_provider_options', 'wsrep_on', 'wsrep_desync', 'read_only', 'version', 'innodb_flush_log_at_trx_commit')"
)


def wsrep_status(host: str, port: int, user: str, password: str, timeout_s: float = 3.0) -> Mapping[str, str] | Unknown:
    """Return ``wsrep_*`` status variables and a few global ones of the member at `host`, or `Unknown` with the reason.

    Of ``wsrep_provider_options`` only the ``pc.*`` part is kept.
    """
    found = mysql.pairs(host, port, user, password, (VARIABLES, STATUS), timeout_s)
    if isinstance(found, Unknown):
        return found
    options = (part.strip() for part in found.pop("wsrep_provider_options", "").split(";"))
    return {**found, "wsrep_provider_options_pc": "; ".join(part for part in options if part.startswith("pc."))}
