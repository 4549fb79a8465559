"""What pytest reported is what is counted; a report that never came is a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rings import counts

pytestmark = pytest.mark.unit
REPORT = """<testsuites><testsuite>
<testcase classname="a" name="well" time="1.5"/>
<testcase classname="a" name="bad" time="2"><failure message="no"/></testcase>
<testcase classname="a" name="broken" time="0"><error message="no"/></testcase>
<testcase classname="a" name="left" time="0"><skipped message="no lab"/></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted_with_its_reasons(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    count = counts.read(report)
    count.add(counts.read(report))
    assert (count.passed, count.failed, count.skipped) == (2, 4, 2)
    assert count.reasons == {"a::left": "no lab"}
    assert max(count.slow) == (2.0, "a::bad")


def test_no_report_is_a_failure(tmp_path: Path) -> None:
    assert counts.read(tmp_path / "report.xml").failed == 1
