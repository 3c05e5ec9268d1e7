"""Named moments at which the crash tests stop a process.

`FAILPOINT=name:action` in the environment arms one: `exit` (as a cut of power), `raise`, `sleep`.
The registry is the list of names; a call with a name that isn't in it fails at once.
"""

import os
import time

REGISTRY: frozenset[str] = frozenset(
    {
        "request.before_commit",
        "request.after_commit_before_response",
        "outbox.after_claim",
        "outbox.after_token_before_smtp",
        "outbox.after_send_before_mark",
        "outbox.before_mark_failure",
        "scheduler.after_slot_before_work",
        "scheduler.after_work_before_mark",
        "offers.expiry_midway",
        "offers.erasure_midway",
        "deposit.after_draft_saved",
        "links.after_consume_before_session",
    }
)


class FailpointReached(RuntimeError):
    """Raised by the action `raise`."""


def failpoint(name: str) -> None:
    """Do nothing, unless this name is armed by the environment."""
    if name not in REGISTRY:
        raise LookupError(f"unregistered failpoint {name}")
    armed, _, action = os.environ.get("FAILPOINT", "").partition(":")
    if armed != name:
        return
    if action == "raise":
        raise FailpointReached(name)
    if action == "sleep":
        time.sleep(30)
        return
    os._exit(137)
