"""A recovered position is known only out of a whole output of our own (tests/integrations/galera/golden/positions)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.integrations.galera.facts import recovered_position
from remediator.integrations.galera.facts.recovered_position import Position
from remediator.model.values import Unknown, from_json

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[1] / "golden" / "positions"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))
UUID = "220dcdcb-1629-11e4-add3-aec059ad3734"
NONCE = "0a1b2c3d4e5f"


def golden(case: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{case}.json").read_text()))


def output(*lines: str, code: int = 0, nonce: str = NONCE) -> str:
    inside = "".join(f"{line}\n" for line in lines)
    return f"remediator-position {nonce} begin\n{inside}\nremediator-position {nonce} end {code}\n"


def line(position: str) -> str:
    return f"2026-11-23 12:00:01 0 [Note] WSREP: Recovered position: {position}"


@pytest.mark.parametrize("case", CASES)
def test_each_golden_output_is_judged_as_it_says(case: str) -> None:
    body = golden(case)
    assert body["provenance"]["kind"] in ("recorded", "documented")
    found = recovered_position.parse(body["output"], body["nonce"])
    wanted = from_json(body["expected"])
    assert found == (wanted if isinstance(wanted, Unknown) else Position(**wanted))


def test_what_decides_about_a_bootstrap_was_recorded() -> None:
    recorded = {case for case in CASES if golden(case)["provenance"]["kind"] == "recorded"}
    assert recorded >= {"killed", "clean-stop", "new", "gtid", "xa-prepared", "xa-no-position", "corrupt"}


GOOD = [case for case in CASES if "unknown" not in golden(case)["expected"] and not golden(case)["expected"]["xa"]]


@pytest.mark.parametrize("case", GOOD)
def test_a_cut_output_never_gives_another_position(case: str) -> None:
    body = golden(case)
    whole = body["output"]
    right = recovered_position.parse(whole, body["nonce"])
    for end in range(len(whole)):
        found = recovered_position.parse(whole[:end], body["nonce"])
        assert isinstance(found, Unknown) or (found == right and whole[end:].strip() == ""), end
    for start in range(1, len(whole)):
        found = recovered_position.parse(whole[start:], body["nonce"])
        assert isinstance(found, Unknown) or found == right, start


@given(
    seqno=st.integers(-1, 2**63 - 1),
    form=st.sampled_from(["{}", "{},201-2001-7", "201-2001-7,{}"]),
    cut=st.floats(0, 1),
)
def test_any_seqno_is_read_whole_or_not_at_all(seqno: int, form: str, cut: float) -> None:
    whole = output(line(f"{UUID}:{form.format(seqno)}"))
    right = Position(uuid=None, seqno=None, xa=False) if seqno < 0 else Position(uuid=UUID, seqno=seqno, xa=False)
    assert recovered_position.parse(whole, NONCE) == right
    end = int(cut * (len(whole) - 2))
    assert isinstance(recovered_position.parse(whole[:end], NONCE), Unknown)


@given(st.text(max_size=300))
def test_noise_is_never_a_position(noise: str) -> None:
    assert isinstance(recovered_position.parse(noise, NONCE), Unknown)
    inside = recovered_position.parse(output(*noise.splitlines()), NONCE)
    assert isinstance(inside, Unknown) or inside.xa


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no_markers"),
        (output(line(f"{UUID}:5"), nonce="ffffffff"), "stale_nonce"),
        (output(line(f"{UUID}:5")) * 2, "repeated"),
        (f"remediator-position {NONCE} end 0\n{line(UUID + ':5')}\nremediator-position {NONCE} begin\n", "cut"),
        (output(line(f"{UUID}:5")).replace("begin", "begin x"), "cut"),
        (output(line(f"{UUID}:5"), code=137), "exit_137"),
        (output(line(f"{UUID}:5") + " remediator-position 00000000 end 0"), "stale_nonce"),
        (output(line(f"{UUID}:5"), line(f"{UUID}:5")), "several"),
        (output("WSREP: Recovered position from storage: " + UUID + ":5"), "bad_line"),
        (output(line("xyz:5")), "bad_line"),
        (output(line(f"{'g' * 36}:5")), "bad_line"),
        (output(line(f"{'a' * 36}:5")), "bad_uuid"),
        (output(line(f"{UUID}:5 6")), "bad_line"),
        (output(line(f"{UUID}:-2")), "bad_form"),
        (output(line(f"{UUID}:007")), "bad_form"),
        (output(line(f"{UUID}:5,6")), "bad_form"),
        (output(line(f"{UUID}:1-2-3")), "bad_form"),
        (output(line(f"{UUID}:5"), "WSREP: Last wsrep seqno to be recovered 6"), "contradiction"),
        (output(line(f"{UUID}:5"), "WSREP: Last wsrep seqno to be recovered"), "contradiction"),
        (output(line(f"{UUID}:5"), "InnoDB: Database page corruption on disk"), "corrupt"),
        (output("x" * (1 << 20)), "too_long"),
    ],
)
def test_what_is_not_one_clear_line_of_ours_is_unknown(text: str, why: str) -> None:
    assert recovered_position.parse(text, NONCE) == Unknown(f"position_{why}")


def test_prepared_transactions_hide_whatever_was_printed() -> None:
    found = recovered_position.parse(output(line(f"{UUID}:5"), "[Warning] Found 2 prepared XA transactions"), NONCE)
    assert isinstance(found, Position)
    assert (found.xa, found.known, found.empty) == (True, None, False)


def test_what_a_position_is_good_for() -> None:
    assert Position(uuid=UUID, seqno=5, xa=False).known == (UUID, 5)
    none = Position(uuid=None, seqno=None, xa=False)
    assert (none.known, none.empty) == (None, True)


@pytest.mark.parametrize("nonce", ["", "short", "with space", "x" * 65, "a'; reboot; '"])
def test_a_nonce_that_is_no_word_is_refused(nonce: str) -> None:
    with pytest.raises(ValueError, match="is no nonce"):
        recovered_position.parse("", nonce)
