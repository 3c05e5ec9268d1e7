"""The job of the platforms that read a feed: what is in it, what has left it."""

from datetime import timedelta

from app.domain.diffusion import feeds
from app.domain.diffusion.file_writing import join_missing
from app.domain.diffusion.platform import Options, Platform, Transport
from app.domain.diffusion.registry import PLATFORMS, open_platforms, switches
from app.scheduling import Counts, Every, Run, job

# What has changed before that is found by the nightly comparison, if it was missed.
LATELY = timedelta(days=1)


@job(
    "follow_feeds",
    at=Every(minutes=5),
    title="Suivre ce qui entre dans les flux des sites et en sort",
    words={"entered": ("offre entrée", "offres entrées"), "left": ("offre sortie", "offres sorties")},
)
def follow_feeds(run: Run) -> Counts:
    """A feed is always true; this writes down, for the employer's page, since when."""
    opened, known = open_platforms(), switches()
    for key, platform in PLATFORMS.items():
        if platform.transport is not Transport.FEED or key not in known:
            continue
        if key in opened:
            _let_in(run, platform, opened[key])
        # A site closed by portal staff reads nothing more: what is over here is over there too.
        for left in feeds.leave(platform, since=run.now - LATELY):
            run.count("left", left)
            run.commit()
    return run.counts


def _let_in(run: Run, platform: Platform, options: Options) -> None:
    for _ in join_missing(platform, options):
        run.commit()
    for entered in feeds.enter(platform):
        run.count("entered", entered)
        run.commit()
