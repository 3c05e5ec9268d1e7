"""A verified OPCO's own space: which OPCO it is. Any other structure's address isn't found."""

from dataclasses import dataclass

from flask import abort

from app.domain.opco.board import follow_up_by_public_id
from app.domain.opco.determination import opco_by_code
from app.domain.opco.models import FollowUp, Opco
from app.domain.organisations.models import Kind, Organisation
from app.web.access import current_membership


@dataclass(frozen=True, slots=True)
class OpcoSpace:
    """The structure, and which of the eleven it is."""

    space: Organisation
    opco: Opco

    def company_or_404(self, public_id: str) -> FollowUp:
        """A company of its field; another OPCO's isn't found."""
        return follow_up_by_public_id(self.opco, public_id) or abort(404)


def opco_space_or_404() -> OpcoSpace:
    """The OPCO of the present space, once portal staff have verified it."""
    space = current_membership().organisation
    if space.kind is not Kind.OPCO or not space.is_verified or space.opco_code is None:
        abort(404)
    return OpcoSpace(space, opco_by_code(space.opco_code))
