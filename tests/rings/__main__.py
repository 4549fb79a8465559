"""Runs the rings of tests in their order and says what happened, each ring in one line.

unit (milliseconds, no I/O), sim (seeded), service (a real server on loopback), lab (the real cloud in a box), e2e (from the
command line, as an operator would). A test that was skipped is counted as skipped, and its reason is printed.

Lab tests mostly wait. So those on different hosts run side by side; those that need a whole lab are shared out between the lab and a
second one; and sim, whose clock is virtual, has the cores that are then idle. Whatever runs beside something else is printed in one
piece once it has ended. The service ring, whose time is real, has the machine for itself.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.rings import counts, processes
from tests.rings.alone import Files
from tests.rings.counts import Count
from tests.rings.labs import FIRST, Lab
from tests.rings.second_lab import NotMade, SecondLab

RINGS = ("unit", "sim", "service", "lab", "e2e")
IN_A_LAB = ("lab", "e2e")
BESIDE_THE_LAB = ("sim",)
LIMIT_S = {"unit": 600, "sim": 4800, "service": 1200, "lab": 4200, "e2e": 1200}
OPTIONS = {
    "unit": ("-n", "2", "--dist", "loadfile"),
    "sim": ("-n", "2", "--dist", "loadfile", "--timeout", "3600"),
}
"""Nothing in them waits for anything: two processes halve their time. That a simulated day takes long on a busy machine is no failure."""
HOSTS = ("ctl1", "ctl2", "cmp1", "cmp2", "ctl3")
SIDE_BY_SIDE = 3
"""Hosts worked on at a time: two cores are all there is."""


def pytest(
    ring: str, chosen: str, *options: str, of: str = "", title: str = "", lab: Lab = FIRST, on: str = "", idle: bool = False
) -> Count:  # fmt: skip
    """Run one pytest and return its results; a run that ends without a report is one failure.

    `chosen`: a mark expression. `of`: a file, in place of the whole ring. `title`: keep its output and print it in one piece below this.
    `on`: only the tests of this host. `idle`: only while nobody else wants the cores.
    """
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        wanted = ("-q", "-m", chosen, f"--junitxml={report}", *options, of or f"tests/{ring}")
        code, printed = processes.run(
            [*lab.enter, sys.executable, "-m", "pytest", *wanted],
            limit_s=LIMIT_S[ring],
            keep=bool(title),
            environment={**lab.environment, "REMEDIATOR_ON": on},
            idle=idle,
        )
        if code == 5:
            return Count()
        late = f"{title or ring}: not done after {LIMIT_S[ring]} s\n" if code is None else ""
        print(f"{title}:\n{printed}{late}" if title else late, end="", flush=True)
        return counts.read(report)


def plain(ring: str, *, beside: bool = False) -> Count:
    """Run a ring that needs no lab; `beside` other rings, with what they leave of the cores."""
    started = time.monotonic()
    title = f"{ring}, beside the lab" if beside else ""
    count = pytest(ring, ring, *OPTIONS.get(ring, ()), title=title, idle=beside)
    count.seconds = time.monotonic() - started
    return count


def host_by_host(ring: str) -> Count:
    """Run the tests of a ring that work on one host, hosts side by side, in the first lab."""
    started = time.monotonic()
    count = Count()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool, processes.ended_on_error():
        for each in pool.map(
            lambda host: pytest(ring, f"{ring} and not alone", title=f"{ring} on {host}", on=host), HOSTS
        ):
            count.add(each)
    count.seconds = time.monotonic() - started
    return count


def whole_lab(files: Files, lab: Lab) -> Count:
    """Run the lab tests that need a whole lab, file by file, for as long as there are files that no other lab has taken."""
    count = Count()
    for file in files.taken():
        title = f"lab, {file.stem} in the {lab.name}"
        count.add(pytest("lab", "lab and alone", "-p", "no:randomly", of=str(file), title=title, lab=lab))
    return count


def second_share(files: Files, second: SecondLab) -> Count:
    """Bring the second lab up and let it take files."""
    why = second.lab.up()
    if why is not None:
        print(f"the second lab did not come up ({why}): the first one runs all tests", flush=True)
        return Count()
    return whole_lab(files, second.lab)


def namespaces() -> SecondLab | None:
    """Return what a second lab can come up in; where it cannot, say so in one line."""
    try:
        return SecondLab()
    except (NotMade, OSError) as why:
        print(f"there is no second lab ({why}): the first one runs all tests", flush=True)
        return None


def with_labs(rings: Sequence[str]) -> dict[str, Count]:
    """Run the rings that need a lab.

    What works on one host comes first, in the first lab; the second lab takes files of the lab ring from the beginning.
    """
    second = namespaces() if "lab" in rings else None
    files = Files(Path("tests/lab"))
    share = None
    try:
        with ThreadPoolExecutor(1) as pool, processes.ended_on_error():
            # why it does not come up is what its tests then say when they skip
            if FIRST.up() is None and second is not None:
                share = pool.submit(second_share, files, second)
            found = {ring: host_by_host(ring) for ring in rings}
            for ring in rings:
                started = time.monotonic()
                if ring == "lab":
                    found[ring].add(whole_lab(files, FIRST))
                    found[ring].add(share.result() if share is not None else Count())
                else:
                    found[ring].add(pytest(ring, f"{ring} and alone", "-p", "no:randomly", title=f"{ring}, alone"))
                found[ring].seconds += time.monotonic() - started
            return found
    finally:
        processes.again()
        try:
            if second is not None:
                second.close()
        finally:
            FIRST.down()


def beside_the_labs(rings: Sequence[str], beside: Sequence[str]) -> dict[str, Count]:
    """Run the rings that need a lab, and those `beside` meanwhile; what of these is left then has the machine to itself."""
    with ThreadPoolExecutor(max(1, len(beside))) as pool, processes.ended_on_error():
        meanwhile = {ring: pool.submit(plain, ring, beside=True) for ring in beside}
        found = with_labs(rings)
        processes.no_longer_idle()
        return {**found, **{ring: running.result() for ring, running in meanwhile.items()}}


def faults(table: Path) -> None:
    """Print the table of faults that the lab tests kept, one line each."""
    if not table.exists():
        return
    print("\nfault                              host  seen s  outcome    cured s  why")
    for line in sorted(table.read_text().splitlines()):
        row = json.loads(line)
        seen, cured = (f"{row[name]:7.1f}" if row[name] is not None else "      -" for name in ("seen_s", "cured_s"))
        print(f"{row['fault']:<34} {row['host']:<5} {seen} {row['outcome']:<10} {cured}  {row['why'][:110]}")


def told(found: dict[str, Count], table: Path) -> int:
    """Print what the rings did, the sum last; return 1 when anything failed or nothing ran."""
    print("\nring     passed failed skipped seconds")
    for ring, count in found.items():
        print(f"{ring:<8} {count.passed:>6} {count.failed:>6} {count.skipped:>7} {count.seconds:>7.0f}")
    slowest = sorted(((*row, ring) for ring, count in found.items() for row in count.slow), reverse=True)[:10]
    print("\nslowest ten:")
    for seconds, name, ring in slowest:
        print(f"  {seconds:7.1f} s  {ring}: {name}")
    faults(table)
    for count in found.values():
        for name, reason in count.reasons.items():
            print(f"skipped: {name}: {reason}")
    totals = [sum(getattr(count, name) for count in found.values()) for name in ("passed", "failed", "skipped")]
    print(f"\n{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or not totals[0] else 0


def main(wanted: list[str]) -> int:
    """Run the wanted rings, all of them when none is named."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rings = [ring for ring in RINGS if (not wanted or ring in wanted) and (Path("tests") / ring).is_dir()]
    in_a_lab = [ring for ring in rings if ring in IN_A_LAB]
    beside = [ring for ring in rings if ring in BESIDE_THE_LAB and "lab" in in_a_lab]
    table = Path(tempfile.mkdtemp(prefix="remediator-rings-")) / "faults.jsonl"
    os.environ["REMEDIATOR_LAB_TABLE"] = str(table)
    found: dict[str, Count] = {}
    with processes.as_interrupts():
        try:
            with processes.ended_on_error():
                found = {ring: plain(ring) for ring in rings if ring not in in_a_lab and ring not in beside}
            if in_a_lab:
                found.update(beside_the_labs(in_a_lab, beside))
        except KeyboardInterrupt as interrupt:
            print(f"interrupted by {interrupt}", flush=True)
            return 130
    return told({ring: found[ring] for ring in rings}, table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
