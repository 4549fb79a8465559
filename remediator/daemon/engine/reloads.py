"""A reload: what the turn makes of a config, content and inventory that were read again, or could not be."""

from __future__ import annotations

from remediator.daemon.observe import identities, incidents
from remediator.daemon.state.wire import Reloaded
from remediator.daemon.turn.turn import Turn


def take(turn: Turn, item: Reloaded) -> str | None:
    """Let config, content and inventory be those of `item`. Return why they are not; None when they are."""
    world = turn.world
    if item.tokens:
        turn.journal.audit("tokens", "remediator", {"changes": [dict(change) for change in item.tokens]})
    for change in item.tokens:
        turn.say(
            "warning", "token_" + change["what"], reason=f"{change['token']}: {change['reason'] or change['what']}"
        )
    if item.config is None or item.content is None or item.inventory is None:
        turn.journal.audit("reload_refused", "remediator", {"reason": item.error[:2000]})
        turn.say("error", "reload_refused", reason=item.error[:2000])
        return item.error.splitlines()[0][:200] if item.error else "no reason was given"
    before = (
        world.loaded.config,
        world.loaded.content,
        world.loaded.inventory,
        world.loaded.config_at,
        world.loaded.broken,
    )
    try:
        world.take_content(item.config, item.content, item.inventory, turn.now, item.broken)
    except Exception:
        world.take_content(*before)
        raise
    incidents.forget_left(turn)
    identities.forget_left(turn)
    turn.journal.audit(
        "reloaded", "remediator", {"content_version": item.content.version, "inventory": item.inventory.version}
    )
    turn.say("info", "reloaded", reason=item.content.version)
    for note in item.inventory.notes:
        turn.say("info", "inventory_note", reason=note)
    return None
