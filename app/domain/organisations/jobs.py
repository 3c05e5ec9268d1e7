"""Jobs of structures: forgetting invitations that are over and spaces that nobody confirmed."""

from app.domain.organisations.services import forget_unconfirmed
from app.scheduling import Counts, Daily, Run, job


@job(
    "forget_invitations",
    at=Daily(4, 45),
    title="Effacer les invitations échues et les structures non confirmées",
    words={"erased": ("ligne effacée", "lignes effacées")},
)
def forget_invitations(run: Run) -> Counts:
    """An invitation lives fourteen days; a space that nobody opened isn't kept longer."""
    while erased := forget_unconfirmed(dry=run.dry):
        run.count("erased", erased)
        if run.dry:
            break
        run.commit()
    return run.counts
