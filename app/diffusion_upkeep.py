"""Jobs of diffusion: the nightly comparison with every platform, the end of old exchanges."""

from collections.abc import Mapping
from datetime import timedelta

from flask import current_app

from app.core.failpoints import failpoint
from app.domain.diffusion import feeds, reconciliation
from app.domain.diffusion.board import Board, BoardUnavailable
from app.domain.diffusion.platform import Ability, Platform, Transport
from app.domain.diffusion.registry import PLATFORMS, open_platforms, switches
from app.scheduling import Counts, Daily, Run, job

SILENT_FOR = timedelta(hours=24)
ATTEMPTS_KEPT = timedelta(days=90)


@job(
    "reconcile_diffusions",
    at=Daily(3, 30),
    title="Comparer nos diffusions avec ce que disent les sites",
    words={
        "asked": ("diffusion manquante demandée", "diffusions manquantes demandées"),
        "resumed": ("diffusion reprise", "diffusions reprises"),
        "left": ("offre sortie d’un flux", "offres sorties d’un flux"),
        "missing": ("absente du site", "absentes du site"),
        "orphans": ("en trop sur le site", "en trop sur le site"),
        "unknown": ("référence inconnue chez le site", "références inconnues chez le site"),
        "unavailable": ("site qui ne répond pas", "sites qui ne répondent pas"),
        "stuck": ("envoi sans réponse depuis un jour", "envois sans réponse depuis un jour"),
    },
)
def reconcile_diffusions(run: Run) -> Counts:
    """By batches; no transaction is open while a platform is asked for its list."""
    for offers in reconciliation.offers_never_asked():
        run.count("asked", reconciliation.ask_for(offers))
        failpoint("reconcile.midway")
        run.commit()
    for diffusions in reconciliation.forgotten_diffusions():
        for diffusion in diffusions:
            reconciliation.take_up_again(diffusion)
        run.count("resumed", len(diffusions))
        run.commit()
    for key in sorted(switches()):
        if key in PLATFORMS and PLATFORMS[key].transport is Transport.FEED:
            _let_out(run, PLATFORMS[key])
    if not run.dry:
        _compare(run)
    stuck = reconciliation.without_answer(SILENT_FOR)
    if stuck:
        current_app.logger.error("diffusion: %s sendings without an answer for a day", stuck)
        run.count("stuck", stuck)
    return run.counts


@job(
    "forget_attempts",
    at=Daily(3, 50),
    title="Effacer les échanges anciens avec les sites",
    words={"erased": ("échange effacé", "échanges effacés")},
)
def forget_attempts(run: Run) -> Counts:
    """What was asked and answered is kept ninety days, for whoever has to understand a refusal."""
    while erased := reconciliation.forget_attempts(run.now - ATTEMPTS_KEPT, dry=run.dry):
        run.count("erased", erased)
        if run.dry:
            break
        run.commit()
    return run.counts


def _let_out(run: Run, platform: Platform) -> None:
    for left in feeds.leave(platform):
        run.count("left", left)
        run.commit()


def _compare(run: Run) -> None:
    ready: Mapping[str, Board] = current_app.extensions["boards"]
    for key in sorted(open_platforms().keys() & ready.keys()):
        platform = PLATFORMS[key]
        if not platform.may(Ability.INVENTORY):
            continue
        run.commit()
        try:
            listed = list(ready[key].inventory())
        except BoardUnavailable:
            run.count("unavailable")
            continue
        for found in reconciliation.compare(platform, listed):
            run.count("missing", found.missing)
            run.count("orphans", found.orphans)
            run.count("unknown", found.unknown)
            run.commit()
