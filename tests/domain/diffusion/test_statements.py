"""What one push asks of the database, in a batch: a publication, then the first reading of its state."""

from app.core.database import db
from app.domain.diffusion.registry import open_platforms
from tests.factories.offers import make_offer
from tests.support.diffusion import Scene
from tests.support.queries import statements


def cost(play: Scene, offers: int, minutes: float) -> int:
    """Statements of a drain that does as much."""
    # As in a worker's own session, which has opened nothing.
    db.session.remove()
    open_platforms()
    with statements() as sent:
        assert play.push_later(minutes).sent == offers
    return len(sent)


def test_a_publication_and_its_first_reading_cost_few_statements(play: Scene) -> None:
    costs = []
    # The first calls find no limit written yet; claiming is paid once a batch.
    for offers in (1, 1, 3):
        for _ in range(offers):
            make_offer()
        db.session.commit()
        costs.append((cost(play, offers, 0), cost(play, offers, 3)))
    _, (one, one_read), (three, three_read) = costs
    assert ((three - one) / 2, (three_read - one_read) / 2) == (14, 11)
