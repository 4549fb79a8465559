"""What Galera shows in the demo: one member is started again, then the whole cluster is lost and brought back with a
person's yes."""

from __future__ import annotations

from lab.stage import Break, DemoFailed, Stage, Story, as_json, remediator, say

LOST = ("galera-staggered-kill", "ctl2", "cluster/galera")
"""Every member down, each at another position, and none that remembers the last view."""
LIMITS_S = {"whole": 240.0, "asks": 150.0, "recovery": 300.0}


def lose_the_cluster(stage: Stage) -> None:
    """Lose every member, show what is proposed and on what evidence, approve it, and watch the cluster come back."""
    fault, host, target = LOST
    stage.wait("every member to be Synced", lambda: _state("galera-cluster") == "OK", LIMITS_S["whole"], every_s=2.0)
    say(f"break {fault} {host} --view lost: the whole database cluster goes down")
    stage.break_fault(fault, host, view="lost")
    say("A bootstrap can lose data (R3): it is proposed with its evidence, and a person decides.")
    waits: dict[str, str] = {}

    def asks() -> bool:
        waits.update({run["state"]: run["id"] for run in as_json("runs", "list") if run["target"] == target})
        return "waiting_approval" in waits

    stage.wait("the plan to be proposed", asks, LIMITS_S["asks"], every_s=2.0)
    run = waits["waiting_approval"]
    say("This demo is now the approver of a plan that the engine itself proposed. On your cloud that is a person.")
    words = ("approve", run, "--yes", "--reason", "the demo has read the evidence")
    print(f"  $ remediator {' '.join(words[:-1])} '{words[-1]}'", flush=True)
    said = remediator(*words)
    print("\n".join(f"  {line}" for line in said.stdout.splitlines()), flush=True)
    if said.returncode != 0:
        raise DemoFailed(f"the approval was refused: {said.stderr.strip()}")
    shown = ""

    def back() -> bool:
        nonlocal shown
        rows = [row for row in as_json("status")["curing"] if row["run"] == run]
        if rows and rows[0]["reason"] != shown:
            shown = rows[0]["reason"]
            print(f"  {run}: {shown}", flush=True)
        states = {each["id"]: each["state"] for each in as_json("runs", "list")}
        if states[run] in ("failed", "refused", "held", "in_doubt"):
            raise DemoFailed(f"{run} is {states[run]}: {as_json('runs', 'show', run)['reason']}")
        return bool(states[run] == "succeeded")

    stage.wait("the cluster to be whole again", back, LIMITS_S["recovery"], every_s=1.0)
    stage.show(next(each["id"] for each in as_json("incidents", "list") if each["target"] == target))


def _state(check: str) -> str:
    """Return the state of the one result of a check of a whole cluster."""
    results = as_json("check", check, "--cached")["results"]
    return str(results[0]["state"]) if results else "NONE"


STORY = Story(
    shows="MariaDB with Galera",
    breaks=(Break(fault="galera-member-failed", host="ctl3", target="galera/ctl3"),),
    act=lose_the_cluster,
    cures=1,
)
