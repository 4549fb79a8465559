"""Runs one ring of tests, or the rings that need a lab, in processes of pytest.

Lab tests mostly wait. So those on different hosts run side by side; those that need a whole lab are shared out between
the lab and a
second one. Whatever runs beside something else is printed in one piece once it has ended.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.rings import counts, places, processes
from tests.rings.alone import Files
from tests.rings.counts import Count
from tests.rings.labs import FIRST, Lab
from tests.rings.second_lab import NotMade, SecondLab

LIMIT_S = {"unit": 600, "sim": 4800, "service": 1200, "lab": 4200, "e2e": 1200}
OPTIONS = {
    "unit": ("-n", "2", "--dist", "loadfile"),
    "sim": ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "--timeout", "3600"),
    "service": ("-n", "2", "--dist", "loadfile"),
}
"""Two processes halve the time: unit and sim wait for nothing, and service mostly for processes of its own. That a
simulated day takes long on a busy machine is no failure. Tests of sim are shared out one by one, the longest first
(tests/sim/conftest.py). Where files are shared out, one with most of the time would end long after the others."""
HOSTS = ("ctl1", "ctl2", "cmp1", "cmp2", "ctl3")
NONE_CHOSEN = 5
"""What pytest ends with when no test was left to run."""
SIDE_BY_SIDE = 3
"""Hosts worked on at a time: two cores are all there is."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which tests a run takes (`selection.environment`), in which shape of the lab and with which technologies, and
    until when it begins new ones.

    `until`: on the monotonic clock. `hosts`: those of the shape.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    shape: str | None = None
    technologies: Sequence[str] = ()
    hosts: Sequence[str] = HOSTS
    until: float = math.inf

    @property
    def late(self) -> bool:
        return time.monotonic() > self.until


ALL = Choice()


def pytest(
    ring: str,
    chosen: str,
    *options: str,
    of: str = "",
    title: str = "",
    lab: Lab = FIRST,
    on: str = "",
    idle: bool = False,
    choice: Choice = ALL,
) -> Count:
    """Run one pytest and return its results; a run that ends without a report is one failure.

    `chosen`: a mark expression. `of`: a file, in place of the whole ring. `title`: keep its output and print it in one
    piece below this.
    `on`: only the tests of this host. `idle`: only while nobody else wants the cores.
    """
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        wanted = ("-q", "-m", chosen, f"--junitxml={report}", *options, *([of] if of else places.of(ring)))
        code, printed = processes.run(
            [*lab.enter, sys.executable, "-m", "pytest", *wanted],
            limit_s=LIMIT_S[ring],
            keep=bool(title),
            environment={**lab.environment, **choice.environment, "REMEDIATOR_ON": on},
            idle=idle,
        )
        if code == NONE_CHOSEN:
            return Count()
        late = f"{title or ring}: not done after {LIMIT_S[ring]} s\n" if code is None else ""
        print(f"{title}:\n{printed}{late}" if title else late, end="", flush=True)
        return counts.read(report)


def plain(ring: str, *, beside: bool = False, choice: Choice = ALL) -> Count:
    """Run a ring that needs no lab; `beside` other rings, with what they leave of the cores."""
    started = time.monotonic()
    title = f"{ring}, beside the others" if beside else ""
    count = pytest(ring, ring, *OPTIONS.get(ring, ()), title=title, idle=beside, choice=choice)
    count.seconds = time.monotonic() - started
    return count


def without_a_lab(rings: Sequence[str], choice: Choice) -> dict[str, Count]:
    """Run rings that need no lab one after the other."""
    with processes.ended_on_error():
        return {ring: plain(ring, choice=choice) for ring in rings}


def on_one_host(host: str, rings: Sequence[str], choice: Choice) -> dict[str, Count]:
    """Run what the rings have for one host, ring after ring."""
    found = {ring: Count() for ring in rings}
    for ring in rings:
        if choice.late:
            break
        started = time.monotonic()
        found[ring] = pytest(ring, f"{ring} and not alone", title=f"{ring} on {host}", on=host, choice=choice)
        found[ring].seconds = time.monotonic() - started
    return found


def host_by_host(rings: Sequence[str], choice: Choice) -> dict[str, Count]:
    """Run the tests that work on one host, hosts side by side, in the first lab; the slowest host is how long a ring
    took."""
    total = {ring: Count() for ring in rings}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool, processes.ended_on_error():
        for found in pool.map(lambda host: on_one_host(host, rings, choice), choice.hosts):
            for ring, count in found.items():
                total[ring].add(count)
                total[ring].seconds = max(total[ring].seconds, count.seconds)
    return total


def whole_lab(files: Files, lab: Lab, choice: Choice) -> Count:
    """Run the lab tests that need a whole lab, file by file, for as long as there are files that no other lab has
    taken."""
    count = Count()
    for file in files.taken():
        if choice.late:
            break
        title = f"lab, {file.stem} in the {lab.name}"
        count.add(
            pytest("lab", "lab and alone", "-p", "no:randomly", of=str(file), title=title, lab=lab, choice=choice)
        )
    return count


def second_share(files: Files, second: SecondLab, choice: Choice) -> Count:
    """Bring the second lab up and let it take files."""
    why = second.lab.up(choice.shape, choice.technologies)
    if why is not None:
        print(f"the second lab did not come up ({why}): the first one runs all tests", flush=True)
        return Count()
    return whole_lab(files, second.lab, choice)


def namespaces() -> SecondLab | None:
    """Return what a second lab can come up in; where it cannot, say so in one line."""
    try:
        return SecondLab()
    except (NotMade, OSError) as why:
        print(f"there is no second lab ({why}): the first one runs all tests", flush=True)
        return None


def with_labs(rings: Sequence[str], choice: Choice = ALL) -> dict[str, Count]:
    """Run the rings that need a lab.

    What works on one host comes first, in the first lab; the second lab takes files of the lab ring from the beginning.
    """
    second = namespaces() if "lab" in rings else None
    files = Files([Path(each) for each in places.of("lab")])
    share = None
    try:
        with ThreadPoolExecutor(1) as pool, processes.ended_on_error():
            # why it does not come up is what its tests then say when they skip
            if FIRST.up(choice.shape, choice.technologies) is None and second is not None:
                share = pool.submit(second_share, files, second, choice)
            found = host_by_host(rings, choice)
            for ring in rings:
                started = time.monotonic()
                if ring == "lab":
                    found[ring].add(whole_lab(files, FIRST, choice))
                    found[ring].add(share.result() if share is not None else Count())
                elif not choice.late:
                    alone = (f"{ring} and alone", "-p", "no:randomly")
                    found[ring].add(pytest(ring, *alone, title=f"{ring}, alone", choice=choice))
                found[ring].seconds += time.monotonic() - started
            return found
    finally:
        processes.again()
        try:
            if second is not None:
                second.close()
        finally:
            FIRST.down()


def beside_the_labs(
    first: Sequence[str], rings: Sequence[str], beside: Sequence[str], choice: Choice
) -> dict[str, Count]:
    """Run the rings `first`, then those that need a lab, and those `beside` meanwhile; what of these is left then has
    the machine to itself."""
    with ThreadPoolExecutor(max(1, len(beside))) as pool, processes.ended_on_error():
        meanwhile = {ring: pool.submit(plain, ring, beside=True, choice=choice) for ring in beside}
        found = {ring: plain(ring, choice=choice) for ring in first} | with_labs(rings, choice)
        processes.no_longer_idle()
        return {**found, **{ring: running.result() for ring, running in meanwhile.items()}}
