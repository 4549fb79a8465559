"""What is loaded and replaced as a whole: config, content, inventory and integrations, with the indexes that follow
from them.

Invariant: the indexes are made with the record, so none is ever of another config than the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from remediator.config import Config, Limits
from remediator.inventory.naming import Names
from remediator.model.content.judging import CheckSpec, Scope
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Content
from remediator.model.hosts import Inventory
from remediator.model.manifest.integration import MarkSpec
from remediator.model.manifest.together import Manifests
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.rules.index import RuleIndex


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """See the module. Runs under way keep their stored plan, whatever is loaded meanwhile."""

    config: Config
    content: Content
    integrations: Manifests
    inventory: Inventory
    config_at: Instant
    """When the config was loaded."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Integrations of others that cannot be used, with a sentence why."""
    limits: Limits = field(init=False)
    rules: RuleIndex = field(init=False)
    explained_by_rules: Mapping[str, frozenset[str]] = field(init=False)
    """Check to the checks whose problems its rules say they explain."""
    marked: Mapping[str, MarkSpec] = field(init=False)
    """Assessment to how its mark is kept."""
    every_s: Mapping[str, float] = field(init=False)
    """Host to the shortest interval of its checks."""
    _hosts_of_check: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "limits": self.config.limits.resolved,
            "rules": RuleIndex(self.content.rules.values()),
            "explained_by_rules": self._explained(),
            "marked": {name: spec for one in self.integrations.values() for name, spec in one.marks.items()},
            "_hosts_of_check": {
                check.name: self.inventory.group(check.group)
                if check.group is not None
                else tuple(sorted(self.inventory.hosts))
                for check in self.content.checks.values()
            },
        }
        self.__dict__.update(made)
        every_s: dict[str, float] = {}
        for check in self.checks():
            for host in self.check_hosts(check):
                every_s[host] = min(check.every_s, every_s.get(host, check.every_s))
        self.__dict__["every_s"] = every_s

    @cached_property
    def written_names(self) -> Names:
        """The index by which a name from outside means a host, without what hosts say of themselves."""
        return Names(self.inventory.hosts, self.inventory.aliases)

    def checks(self) -> list[CheckSpec]:
        return [check for check in self.content.checks.values() if check.enabled]

    def check_hosts(self, check: CheckSpec) -> tuple[str, ...]:
        """Return the hosts that `check` judges: its group's, or all."""
        return self._hosts_of_check.get(check.name, ())

    def evidence_hosts(self, check: CheckSpec, target: Target) -> tuple[str, ...]:
        """Return the hosts whose facts the judgement of `target` by `check` reads."""
        return self.check_hosts(check) if check.assess.scope is Scope.GROUP else target.hosts

    def hosts_read_for(self, plan: Plan) -> tuple[str, ...]:
        """Return the hosts whose facts the check of `plan` reads; those of its target where the check is not there any
        more."""
        check = self.content.checks.get(plan.check)
        return self.evidence_hosts(check, plan.target) if check is not None else plan.target.hosts

    def _explained(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for rule in self.content.rules.values():
            found[rule.check].update(rule.explains)
        return {check: frozenset(names) for check, names in found.items()}
