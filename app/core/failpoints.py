"""Named moments at which the crash tests stop a process.

`FAILPOINT=name:action` in the environment arms one: `exit` (as a cut of power), `raise`, `sleep`.
The registry is the list of names; a call with a name that isn't in it fails at once.
"""

import os
import time

# Each name is one moment: what has been written or sent so far differs from every other one.
REGISTRY: frozenset[str] = frozenset(
    {
        # Acts of people over HTTP.
        "request.before_commit",
        "request.after_commit_before_response",
        "session.write_at_logout",
        "links.after_consume_before_session",
        "links.before_commit",
        "links.after_commit_before_response",
        "links.reissue_before_commit",
        "deposit.after_look_up",
        "deposit.after_draft_saved",
        "deposit.after_company",
        "deposit.after_opco",
        "deposit.after_offer",
        # Acts of the domain, between what they change and what follows.
        "offers.confirmed_before_publish",
        "offers.published_before_mail",
        "offers.held_before_mail",
        "offers.decided_before_mail",
        "offers.edited_before_journal",
        "offers.renewed_before_mail",
        "offers.closed_before_mail",
        "offers.expired_before_mail",
        "offers.undone_before_cancel",
        "contacts.proposed_midway",
        "contacts.revoked_before_hand_over",
        "opco.opened_before_mail",
        "opco.denied_before_hand_over",
        "batches.applied_before_mark",
        "accounts.factor_removed_before_mail",
        # Sending.
        "outbox.before_claim_commit",
        "outbox.after_claim",
        "outbox.after_token_before_smtp",
        "outbox.handed_before_smtp",
        "outbox.mid_data",
        "outbox.after_data_before_answer",
        "outbox.after_send_before_mark",
        "outbox.before_mark_commit",
        "outbox.after_mark",
        "outbox.before_mark_failure",
        "outbox.released_before_stop",
        "outbox.probe_taken",
        "bounces.noted_before_stop",
        # Pushing to platforms.
        "push.superseded_before_order",
        "push.reserved_before_commit",
        "push.handed_before_call",
        "push.after_created_before_mark",
        "push.recorded_before_next",
        "reconcile.midway",
        # The file of the night.
        "files.midway",
        "files.written_before_delivery",
        "files.delivered_before_mark",
        "files.recorded_midway",
        "files.ended_midway",
        # Jobs.
        "scheduler.before_slot_commit",
        "scheduler.after_slot_before_work",
        "scheduler.before_batch_commit",
        "scheduler.after_batch_commit",
        "scheduler.after_work_before_mark",
        "scheduler.before_put_back",
        "offers.expiry_midway",
        "offers.erasure_midway",
        "offers.erased_before_contact",
        "offers.reminder_midway",
        "offers.confirm_reminder_midway",
        "clean_up.between_rules",
        "series.line_settled",
        "verification.after_answer",
        "verification.before_commit",
        "seeds.midway",
    }
)


class FailpointReached(RuntimeError):
    """Raised by the action `raise`."""


def is_armed(name: str) -> bool:
    """Is this moment the one that the environment asks for? LookupError when it isn't registered."""
    if name not in REGISTRY:
        raise LookupError(f"unregistered failpoint {name}")
    return os.environ.get("FAILPOINT", "").partition(":")[0] == name


def failpoint(name: str) -> None:
    """Do nothing, unless this name is armed by the environment."""
    if not is_armed(name):
        return
    action = os.environ["FAILPOINT"].partition(":")[2]
    if action == "raise":
        raise FailpointReached(name)
    if action == "sleep":
        time.sleep(30)
        return
    os._exit(137)
