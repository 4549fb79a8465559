"""What a Galera cluster is to the rest of the cloud: a group with a quorum, its members, and the database that services
need."""

from __future__ import annotations

from remediator.integrations.container.kolla import services
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.services import Service
from remediator.model.manifest.unwatched import Watched
from remediator.model.targets import CLUSTER
from remediator.model.values import Data, Unknown

GALERA = "galera"
"""The name of the cluster, and the kind of its members: ``cluster/galera``, ``galera/H``."""
MARIADB = "mariadb"
"""The container that is a member, as kolla calls it, and its inventory group."""
SETTLED = ("Synced", "Initialized")
"""Values of ``wsrep_local_state_comment`` of a member that neither takes nor gives a state transfer."""
SST_S = 600.0
"""A MariaDB that joins by SST is unhealthy until it is done."""


def joining(data: Data) -> bool | Unknown:
    """Return whether a member gives or takes a state transfer, by the data of its check."""
    state = data.get("local_state")
    return state if isinstance(state, Unknown) else isinstance(state, str) and state not in SETTLED


KIND = Kind(name=GALERA, member=MARIADB, aliases=(MARIADB,))
DOMAIN = Domain(
    name=GALERA,
    containers=frozenset({MARIADB}),
    settle_s=60.0,
    own_kind=GALERA,
    own_check="galera-node",
    joining=joining,
)
DATABASE = Service(
    name=GALERA, needed_by=services.USERS_OF_DATABASE, check="galera-cluster", target=f"{CLUSTER}/{GALERA}"
)
CONTAINER = OwnContainer(name=MARIADB, settles_s=SST_S)
WATCHED = Watched(title="Galera", group=MARIADB)
