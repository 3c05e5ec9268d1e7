"""Every life cycle, state × move: what the table allows happens, the rest raises and changes nothing."""

from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

import pytest

from app.core.lifecycle import IllegalMove, Lifecycle
from app.domain.cfa_requests.lifecycle import CFA_REQUEST_LIFECYCLE, CfaRequestStatus
from app.domain.deposits.lifecycle import (
    LINE_LIFECYCLE,
    SERIES_LIFECYCLE,
    LineStatus,
    SeriesStatus,
)
from app.domain.diffusion.lifecycle import (
    DIFFUSION_LIFECYCLE,
    SUBMISSION_LIFECYCLE,
    DiffusionStatus,
    SubmissionStatus,
)
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, OfferStatus
from app.domain.opco.lifecycle import (
    EXPORT_LIFECYCLE,
    FOLLOW_UP_LIFECYCLE,
    ExportStatus,
    FollowUpStatus,
)
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus

LIFECYCLES: list[tuple[Lifecycle[Any], type[Enum]]] = [
    (OFFER_LIFECYCLE, OfferStatus),
    (CFA_REQUEST_LIFECYCLE, CfaRequestStatus),
    (FOLLOW_UP_LIFECYCLE, FollowUpStatus),
    (EXPORT_LIFECYCLE, ExportStatus),
    (ORGANISATION_LIFECYCLE, OrganisationStatus),
    (DIFFUSION_LIFECYCLE, DiffusionStatus),
    (SUBMISSION_LIFECYCLE, SubmissionStatus),
    (SERIES_LIFECYCLE, SeriesStatus),
    (LINE_LIFECYCLE, LineStatus),
]
CASES = [
    pytest.param(cycle, state, move, id=f"{cycle.name}-{state.value}-{move}")
    for cycle, states in LIFECYCLES
    for state, move in product(states, cycle.moves)
]


@dataclass
class Subject:
    """Anything with a state."""

    status: Any


@pytest.mark.parametrize(("cycle", "state", "move"), CASES)
def test_a_move_happens_from_its_states_alone(cycle: Lifecycle[Any], state: Enum, move: str) -> None:
    starts, end = cycle.moves[move]
    subject = Subject(state)
    if state in starts:
        cycle.apply(subject, move)
        assert subject.status is end
    else:
        with pytest.raises(IllegalMove):
            cycle.apply(subject, move)
        assert subject.status is state


@pytest.mark.parametrize(("cycle", "states"), LIFECYCLES, ids=lambda value: getattr(value, "name", ""))
def test_every_state_can_be_reached(cycle: Lifecycle[Any], states: type[Enum]) -> None:
    first = next(iter(states))
    reached = {first} | {end for _, end in cycle.moves.values()}
    assert reached == set(states)
