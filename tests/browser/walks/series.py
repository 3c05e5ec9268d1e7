"""Series of offers, partner companies, and the course that a CFA shows with an offer."""

from app.core.database import db
from app.core.identifiers import Siret
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.browser.catalogue import Catalogue
from tests.browser.walks.structures import enter
from tests.factories.offers import given
from tests.factories.structures import make_member, make_structure
from tests.factories.training import course, store
from tests.support.client import CheckedClient

CFA = Siret("99100004300018")
NEED = {"job": "boulanger", "name": "Camille Fabre", "email": "camille@levain.example"}
TABLE = """SIRET;Métier;Diplôme;Début;Nombre de postes;Contact;E-mail
991 000 019 00018;boulanger;CAP;01/09/2027;1;Camille Fabre;camille@levain.example
99100005000013;D1106;Bac;;2;Noé Roux;noe.roux.responsable.du.magasin@commerce-de-detail.example
99100002700011;boulanger;CAP;;1;Camille Fabre;camille@levain.example
991 000 019 00018;vendeur;;;1;Camille Fabre;camille@levain.example
"""


def walk(kept: Catalogue) -> None:
    """Every page of these."""
    with given(kept.app):
        structure = make_structure(name="Chambre de métiers d’essai")
        number = make_member(structure, Role.RECRUITER, email="recruteuse@cma.example").account_id
        home = f"/espace/{structure.public_id}"
    client = kept.browser()
    enter(kept.app, client, number, proven=False)
    _series(kept, client, home)
    _partners(kept, client, home)
    _own_feed(kept, client, home)
    _training(kept)


def _series(kept: Catalogue, client: CheckedClient, home: str) -> None:
    start = kept.keep("série / tableau", client.get(f"{home}/deposer-en-serie"))
    kept.keep("série / tableau refusé", client.submit(start, {"table": "bonjour"}))
    same = kept.keep("série / une entreprise", client.get(f"{home}/deposer-en-serie/meme-entreprise"))
    kept.keep("série / une entreprise, refusée", client.submit(same, {"siret": "123"}))
    review = kept.keep("série / à relire", client.submit(start, {"table": TABLE}))
    line = f"{review.request.path}/lignes"
    kept.keep("série / ligne", client.get(f"{line}/5"))
    closed = client.get(f"{line}/4")
    kept.keep("série / ligne d’une entreprise fermée", closed)
    kept.keep("série / ligne refusée", client.submit(closed, {"siret": "123", "email": "camille@"}))
    kept.keep("série / en cours", client.submit(review, form="commander"))
    with kept.app.app_context():
        run_job("deposit_series", dry=False)
    done = kept.keep("série / terminée", client.get(review.request.path))
    kept.keep("série / réessayée", client.submit(done, form="reessayer"))


def _partners(kept: Catalogue, client: CheckedClient, home: str) -> None:
    listed = kept.keep("partenaires d’une structure", client.get(f"{home}/partenaires"))
    kept.keep("partenaires d’une structure / rien trouvé", client.get(f"{home}/partenaires?q=Brest"))
    add = kept.keep("partenaires d’une structure / ajouter", client.get(f"{home}/partenaires/ajouter"))
    kept.keep("partenaires d’une structure / refusé", client.submit(add, {"siret": "123"}))
    end = listed.text.split("/terminer")[0].rpartition('"')[2]
    kept.keep("partenaires d’une structure / terminer", client.get(f"{end}/terminer"))


def _own_feed(kept: Catalogue, client: CheckedClient, home: str) -> None:
    for is_open in (True, False):
        with given(kept.app):
            for key in ("indeed", "hellowork"):
                turn(key, on=is_open)
        if is_open:
            kept.keep("tableau de bord / flux de la structure", client.get(home))


def _training(kept: Catalogue) -> None:
    with given(kept.app):
        space = make_structure(Kind.CFA, name="CFA du pain d’essai")
        space.siret = CFA
        store(course(siret=CFA, key="own"), course(siret=CFA, key="bp", title="BP Boulanger", level=4))
        number = make_member(space, Role.RECRUITER, email="recruteur@cfa-du-pain.example").account_id
        path = f"/espace/{space.public_id}/deposer"
    client = kept.browser()
    enter(kept.app, client, number, proven=False)
    need = client.submit(client.get(path), {"q": "99100001900018"})
    check = kept.keep("vérifier / formation proposée", client.submit(need, NEED))
    page = kept.keep("formation", client.get(check.request.path.replace("verifier", "formation")))
    kept.keep("formation / refusée", client.submit(page, {"training": "autre"}))
    again = client.submit(page, {"training": "own"})
    kept.keep("formation / choisie", again)
    client.submit(again, button="Publier quand même" if "quand même" in again.text else "Publier l’offre")
    with kept.app.app_context():
        offer = db.session.query(Offer).order_by(Offer.id.desc()).first()
        assert offer is not None
        public_id = offer.public_id
    kept.keep("offre avec sa formation", client.get(f"/offres/{public_id}"))
    change = kept.keep("gérer / formation", client.get(f"/gestion/offres/{public_id}/formation"))
    kept.keep("gérer / formation refusée", client.submit(change, {"training": "autre"}))
