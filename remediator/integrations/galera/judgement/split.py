"""How many Primary components the members tell of, by the views that they say they are in. Pure.

Invariant: a split is said on proof only. One component gives each of its members the same conf id and the same size,
and has no more members than that size. Two members that were asked before and after one change of view have different
conf ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from remediator.integrations.galera.facts.member import Status


def split(primary: Sequence[Status], members: int) -> bool:
    """Return whether the members that say Primary prove two different components, in a group of `members` by the
    inventory.

    Different cluster UUIDs do, and so does one conf id that cannot be of one component. Different conf ids do when
    their sizes fit into the group side by side. When the sizes do not fit, the two members were asked before and after
    one change of view.
    """
    if len({status.cluster_uuid for status in primary}) > 1 or doubled(primary):
        return True
    views = {(status.conf_id, status.cluster_size) for status in primary}
    return len(views) > 1 and sum(size for _conf_id, size in views) <= members


def doubled(primary: Sequence[Status]) -> bool:
    """Return whether one conf id is told with two sizes, or by more members than its component has.

    Each side of a partition counts on from the last view that both shared. A majority, and a minority that is then made
    Primary by ``pc.bootstrap``, both arrive at the same next conf id. Source: Galera's documentation,
    wsrep_cluster_conf_id (the number of changes).
    """
    told = Counter((status.conf_id, status.cluster_size) for status in primary)
    sizes = Counter(conf_id for conf_id, _size in told)
    return any(number > 1 for number in sizes.values()) or any(number > size for (_, size), number in told.items())
