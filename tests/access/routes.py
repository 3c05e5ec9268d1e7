"""The table: what each route needs, and what is answered to who hasn't it. A route without a row fails.

`needs` is a right without its owner; with an object in the address, its owner's right is needed. People who
lack it see what `expected` says: the lost-link page, the agents' sign-in, 403 or, across owners, 404.
"""

from dataclasses import dataclass

from tests.access.world import World

OPEN, HIDDEN, ASK, SIGN_IN, PROVE, FORBIDDEN, UNAUTHORISED = (
    "ouvert", "introuvable", "lien demandé", "connexion demandée", "second facteur demandé", "interdit",
    "non autorisé",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """`objects` fill the address; `link`: the kind of link that people are sent to ask for."""

    needs: str = ""
    objects: str = ""
    link: str = ""
    last: int = 0
    or_member: bool = False


IN_STRUCTURES = {"space", "members", "offers", "opco_space", "follow", "export", "batch"}
OF_PEOPLE = {"staff", "administrator", "account", *IN_STRUCTURES}
PUBLIC = Row()
OF_DRAFT = Row("draft", "drafts")
MANAGES = Row("manage", "offers", link="manage", or_member=True)
OF_ACCOUNT = Row("account")
IN_SPACE = Row("space", "structures")
OF_MEMBERS = Row("members", "structures")
OF_OPCO = Row("opco_space", "opco_spaces")
OPCO_FOLLOWS = Row("follow", "opco_companies")
OPCO_EXPORT = Row("export", "opco_exports")
OPCO_BATCH = Row("batch", "opco_batches")
OPCO_VIEW = Row("export", "opco_saved_views")
OWN_ADDRESS = Row("follow", "own_addresses")
MANAGES_PLACE = Row("manage", "establishments", link="manage")
LISTS = Row(link="manage")
FOLLOWS = Row("follow_up", "follow_ups", link="follow_up")
DECIDES = Row("held", "held", link="held")
ANSWERS = Row("cfa", "cfa_requests", link="cfa")
AGREES = Row("proposed", "proposed", link="proposed")
STAFF = Row("staff")

ROWS: dict[str, Row] = {
    **dict.fromkeys(
        (
            "deposit.home", "deposit.find_company", "deposit.prefilled", "deposit.establishments",
            "deposit.job_names", "deposit.training_body", "links.lost", "links.asked", "links.arrived",
            "links.change_denied", "partner.consent_refused", "public.security", "public.accessibility",
            "public.help_page", "public.source_code", "public.terms", "public.contact", "public.cookies",
            "public.legal_notice", "public.news", "public.personal_data", "public.site_map", "public.offers",
            "public.robots", "public.sitemap_index", "public.sitemap_pages", "public.csp_report",
            "public.health", "feeds.documentation", "feeds.json_feed", "feeds.rss_feed",
            "feeds.xml_feed",
            "gallery.index", "dev.mailbox", "dev.mailbox_json", "dev.sign_in",
        ),
        PUBLIC,
    ),
    "feeds.of_site": Row(objects="feed_of_site"),
    "feeds.of_structure": Row(objects="feed_of_structure"),
    "links.link_page": Row(objects="token"),
    "public.sitemap_offers": Row(objects="number"),
    "static": Row(objects="file"),
    "gallery.page": Row(objects="component"),
    **dict.fromkeys(
        ("public.offer", "public.poster", "public.dates", "public.qr_code"), Row(objects="shown")
    ),
    "public.short": Row(objects="short"),
    "links.log_out": Row(last=2),
    "recruiter.leave": Row("space", "structures", last=1),
    **dict.fromkeys(("recruiter.dashboard", "recruiter.members_list", "recruiter.apec"), IN_SPACE),
    **dict.fromkeys(
        (
            "recruiter.apec_identifier", "recruiter.apec_try", "recruiter.apec_remove",
            "recruiter.apec_about", "recruiter.apec_request", "recruiter.apec_sending",
        ),
        Row("offers", "structures"),
    ),
    "recruiter.apec_users": OF_MEMBERS,
    **dict.fromkeys(
        ("deposit.for_company", "deposit.for_company_establishments"), Row("offers", "structures")
    ),
    "collecting.partners": IN_SPACE,
    **dict.fromkeys(
        (
            "collecting.add", "collecting.series_start", "collecting.series_model",
            "collecting.series_same_company",
        ),
        Row("offers", "structures"),
    ),
    **dict.fromkeys(("collecting.deposit", "collecting.end"), Row("offers", "partners")),
    **dict.fromkeys(
        (
            "collecting.series_page", "collecting.order", "collecting.stop", "collecting.ignored",
            "collecting.retry", "collecting.seen",
        ),
        Row("offers", "series"),
    ),
    **dict.fromkeys(("collecting.series_line", "collecting.remove"), Row("offers", "series_lines")),
    **dict.fromkeys(("recruiter.invite", "recruiter.ask_again"), OF_MEMBERS),
    **dict.fromkeys(
        (
            "recruiter.opco_board", "recruiter.opco_addresses", "recruiter.opco_exports",
            "recruiter.opco_export", "recruiter.opco_views", "recruiter.opco_save_view",
        ),
        OF_OPCO,
    ),
    "recruiter.opco_add_address": Row("follow", "opco_spaces"),
    "recruiter.opco_choose": Row("follow", "opco_spaces"),
    **dict.fromkeys(
        (
            "recruiter.opco_batch", "recruiter.opco_run_batch", "recruiter.opco_retry_batch",
            "recruiter.opco_ignored",
        ),
        OPCO_BATCH,
    ),
    **dict.fromkeys(("recruiter.opco_change_view", "recruiter.opco_delete_view"), OPCO_VIEW),
    "recruiter.opco_company": Row("opco_space", "opco_companies"),
    **dict.fromkeys(
        (
            "recruiter.opco_note_contact", "recruiter.opco_change_step", "recruiter.opco_not_our_field",
            "recruiter.opco_annotate", "recruiter.opco_resend_link",
        ),
        OPCO_FOLLOWS,
    ),
    **dict.fromkeys(("recruiter.opco_change_mode", "recruiter.opco_stop_address"), OWN_ADDRESS),
    **dict.fromkeys(
        ("recruiter.opco_long_export", "recruiter.opco_stop_export", "recruiter.opco_download_export"),
        OPCO_EXPORT,
    ),
    "partner.companies": Row("listed", "lists", link="follow_up"),
    "recruiter.change_role": Row("members", "others"),
    "recruiter.remove": Row("members", "others"),
    "recruiter.cancel_invitation": Row("members", "no_invitation"),
    **dict.fromkeys(("account.sign_in", "account.asked", "recruiter.create", "recruiter.created"), PUBLIC),
    **dict.fromkeys(
        (
            "account.second_factor", "account.set_up", "account.begin_set_up", "account.finish_set_up",
            "account.recovery_codes", "account.mail_choices", "recruiter.spaces",
        ),
        OF_ACCOUNT,
    ),
    "webhooks.mail_facts": Row("relay", "provider"),
    **dict.fromkeys(
        ("webhooks.unsubscription", "webhooks.unsubscribe", "webhooks.mail_choices"), Row("nobody", "signed")
    ),
    **dict.fromkeys(("dev.letter", "dev.letter_html"), Row("nobody", "letters")),
    "dev.sign_in_as": Row("nobody", "nothing"),
    **dict.fromkeys(
        (
            "deposit.address", "deposit.edit_advert", "deposit.need", "deposit.confirmation",
            "deposit.resend", "deposit.correct", "deposit.kept", "deposit.keep_for_later", "deposit.brand",
            "deposit.typed_company", "deposit.send_existing", "deposit.existing_sent", "deposit.opco",
            "deposit.resume", "deposit.training", "deposit.check", "deposit.publish_offer",
            "deposit.deposited",
            "deposit.same_company",
        ),
        OF_DRAFT,
    ),
    **dict.fromkeys(("manage.offers", "manage.add", "manage.contacts"), LISTS),
    "manage.stop_mandate": Row("manage", "offers", link="manage"),
    **dict.fromkeys(
        ("manage.diffusion", "manage.change_diffusion"), Row("manage", "sites", link="manage", or_member=True)
    ),
    "manage.ask_proof": Row("nobody", "nothing", link="manage"),
    **dict.fromkeys(("manage.change", "manage.contact_asked", "manage.proof_asked"), MANAGES_PLACE),
    **dict.fromkeys(
        (
            "manage.offer", "manage.online", "manage.cfas", "manage.deadline", "manage.edit", "manage.renew",
            "manage.close", "manage.undo_last", "manage.duplicate", "manage.training",
        ),
        MANAGES,
    ),
    **dict.fromkeys(
        (
            "partner.need", "partner.note_contact", "partner.change_step", "partner.not_our_field",
            "partner.stop",
        ),
        FOLLOWS,
    ),
    **dict.fromkeys(("partner.held_offer", "partner.undo_decision"), DECIDES),
    **dict.fromkeys(
        (
            "partner.cfa_request", "partner.cfa_candidates", "partner.cfa_message",
            "partner.cfa_answered", "partner.cfa_stop",
        ),
        ANSWERS,
    ),
    "partner.consent": AGREES,
    **dict.fromkeys(
        (
            "operator.home", "operator.companies", "operator.without_address", "operator.without_opco",
            "operator.held_list", "operator.addresses", "operator.mails", "operator.pause",
            "operator.diffusions",
            "operator.previews", "operator.organisations", "operator.opcos", "operator.accounts",
            "operator.search_accounts",
        ),
        STAFF,
    ),
    "deposit.frame": Row("nobody", "no_origin"),
    **dict.fromkeys(("account.leave_for_proconnect", "account.return_from_proconnect"), Row("nobody", "off")),
    "operator.jobs": Row("administrator"),
    "operator.carriers": Row("administrator"),
    **dict.fromkeys(
        (
            "operator.account_page", "operator.remove_factor", "operator.end_sessions", "operator.suspend",
            "operator.reopen",
        ),
        Row("staff", "any_account"),
    ),
    "operator.invite_staff": Row("administrator"),
    "operator.close_staff": Row("administrator", "any_account"),
    "operator.origins": Row("administrator"),
    "operator.origin": Row("administrator", "origin"),
    "operator.stop_origin": Row("administrator", "absent_origin"),
    "operator.organisation": Row("staff", "any_structure"),
    "operator.correct_opco": Row("staff", "any_place"),
    "operator.opco_addresses": Row("staff", "opco"),
    "operator.stop_opco_address": Row("staff", "opco_address"),
    **dict.fromkeys(("operator.held_offer", "operator.undo_decision"), Row("staff", "any_held")),
    "operator.release_address": Row("staff", "address"),
    "operator.resume": Row("staff", "pause"),
    **dict.fromkeys(
        ("operator.mail", "operator.drop", "operator.send_again"), Row("staff", "letter")
    ),
    **dict.fromkeys(
        (
            "operator.diffusion", "operator.check_diffusion", "operator.send_diffusion_again",
            "operator.diffusion_seen", "operator.abandon_diffusion",
        ),
        Row("staff", "diffusion"),
    ),
    "operator.preview": Row("staff", "preview"),
    "operator.mail_html": Row("staff", "preview_html"),
}  # fmt: skip


def objects_of(row: Row, world: World) -> list[tuple[str, dict[str, object]]]:
    """(owner, parameters of the address) for each object of a row; the owner is empty when it has none."""
    kinds: dict[str, list[tuple[str, dict[str, object]]]] = {
        "": [("", {})],
        "offers": [(o, {"public_id": world.offers[o].public_id}) for o in "AB"],
        "establishments": [(o, {"establishment": world.contacts[o].establishment.public_id}) for o in "AB"],
        "drafts": [
            *((o, {"draft_id": world.drafts[o].public_id}) for o in "AB"),
            *((f"deposited:{o}", {"draft_id": world.deposited[o].public_id}) for o in "AB"),
        ],
        "sites": [(o, {"public_id": world.offers[o].public_id, "site": "api_apprentissage"}) for o in "AB"],
        "follow_ups": [(o, {"public_id": world.follow_ups[o].public_id}) for o in "12"],
        "held": [(o, {"public_id": world.held[o].public_id}) for o in "12"],
        "cfa_requests": [(o, {"public_id": world.cfa_requests[o].public_id}) for o in "12"],
        "proposed": [(o, {"public_id": world.proposed[o].public_id}) for o in "12"],
        "any_account": [("", {"number": world.accounts["lost"].id})],
        "any_held": [("", {"public_id": world.held[o].public_id}) for o in "12"],
        "shown": [
            ("", {"public_id": world.offers["A"].public_id}),
            ("hidden", {"public_id": world.to_confirm["A"].public_id}),
            ("hidden", {"public_id": world.held["1"].public_id}),
        ],
        "short": [
            ("", {"code": world.offers["A"].short_code}),
            ("hidden", {"code": world.held["1"].short_code}),
        ],
        "structures": [(o, {"organisation": world.structures[o].public_id}) for o in "12"],
        "series": [(o, _series(world, o)) for o in "12"],
        "series_lines": [(o, {**_series(world, o), "number": 2}) for o in "12"],
        "partners": [
            (
                o,
                {
                    "organisation": world.structures[o].public_id,
                    "establishment": world.offers[e].establishment.public_id,
                },
            )
            for o, e in (("1", "A"), ("2", "B"))
        ],
        "any_structure": [("", {"public_id": world.structures[o].public_id}) for o in "12"],
        "others": [
            (o, {"organisation": world.structures[o].public_id, "number": world.others[o].id}) for o in "12"
        ],
        "no_invitation": [
            (o, {"organisation": world.structures[o].public_id, "number": 9_999}) for o in "12"
        ],
        "opco_spaces": [(f"o{o}", {"organisation": world.opco_spaces[o].public_id}) for o in "12"],
        "opco_companies": _across(world, {o: {"public_id": world.follow_ups[o].public_id} for o in "12"}),
        "opco_exports": _across(world, {o: {"public_id": world.exports[o].public_id} for o in "12"}),
        "opco_batches": _across(world, {o: {"public_id": world.batches[o].public_id} for o in "12"}),
        "opco_saved_views": _across(world, {o: {"number": world.views[o].id} for o in "12"}),
        "own_addresses": _across(world, {o: {"number": world.own_addresses[o].id} for o in "12"}),
        "lists": [(o, {"public_id": world.lists[o].public_id}) for o in "12"],
        "any_place": [("", {"public_id": world.contacts[o].establishment.public_id}) for o in "AB"],
        "opco": [("", {"code": "06"})],
        "opco_address": [("", {"code": "06", "number": world.opco_address})],
        "off": [("hidden", {})],
        "no_origin": [("hidden", {"origin": "absent"})],
        "origin": [("", {"code": "partenaire-d-essai"})],
        "absent_origin": [("", {"code": "absent"})],
        "letter": [("", {"number": world.letter})],
        "diffusion": [("", {"number": world.diffusion})],
        "pause": [("", {"number": world.pause})],
        "address": [("", {"number": world.address})],
        "preview": [("", {"name": "offer_online", "variant": "exemple"})],
        "preview_html": [("", {"name": "offer_online", "variant": "exemple", "theme": "clair"})],
        "signed": [("hidden", {"signed": "adresse-non-signee"})],
        "letters": [("hidden", {"number": 999})],
        "nothing": [("hidden", {"number": 999})],
        "token": [("", {"token": "x" * 43})],
        "feed_of_site": [("hidden", {"platform": "indeed", "token": "x" * 32})],
        "feed_of_structure": [
            ("hidden", {"platform": "indeed", "organisation": "absente", "token": "x" * 32})
        ],
        "number": [("hidden", {"number": 999})],
        "file": [("hidden", {"filename": "absent.css"})],
        "component": [("", {"family": "blocs", "state": "vide"})],
        "provider": [("", {"provider": "brevo"})],
    }
    return kinds[row.objects]


def _series(world: World, owner: str) -> dict[str, object]:
    return {
        "organisation": world.structures[owner].public_id,
        "series": world.series[owner].public_id,
    }


def _across(world: World, objects: dict[str, dict[str, object]]) -> list[tuple[str, dict[str, object]]]:
    """What is in each OPCO's space; asked for in the other one's, it isn't found by who may read there."""
    found = []
    for owner, parameters in objects.items():
        found.append((f"o{owner}", {"organisation": world.opco_spaces[owner].public_id, **parameters}))
        other = "2" if owner == "1" else "1"
        there = world.opco_spaces[other].public_id
        found.append((f"across:o{other}", {"organisation": there, **parameters}))
    return found


def _of_a_member(rights: frozenset[str], owner: str) -> str:
    """An object that a link opens, for somebody with an account and no link."""
    if "unproven" in rights:
        return PROVE
    return OPEN if f"structure_offer:{owner}" in rights else HIDDEN


def _of_a_structure(needs: str, rights: frozenset[str], owner: str) -> str:
    is_across, owner = owner.startswith("across:"), owner.removeprefix("across:")
    if f"in:{owner}" not in rights:
        return HIDDEN
    if "unproven" in rights:
        return PROVE
    if f"{needs}:{owner}" in rights:
        return HIDDEN if is_across else OPEN
    # Another member's export, view or batch isn't known to exist; a reader makes no batch at all.
    hidden = needs == "export" or (needs == "batch" and f"follow:{owner}" in rights)
    return HIDDEN if hidden else FORBIDDEN


def expected(row: Row, rights: frozenset[str], owner: str) -> str:
    """What the table says for one cell."""
    if row.link and f"link:{row.link}" not in rights:
        return _of_a_member(rights, owner) if row.or_member and "account" in rights else ASK
    if row.needs in OF_PEOPLE and "account" not in rights:
        return SIGN_IN
    if row.needs == "account":
        return OPEN
    if row.needs in {"staff", "administrator"}:
        if "unproven" in rights and "staff" in rights:
            return PROVE
        return OPEN if row.needs in rights else FORBIDDEN
    if row.needs in IN_STRUCTURES:
        return _of_a_structure(row.needs, rights, owner)
    if row.needs == "relay":
        return OPEN if "relay" in rights else UNAUTHORISED
    if owner == "hidden":
        return HIDDEN
    if not row.needs or not owner:
        return OPEN
    right = owner if ":" in owner else f"{row.needs}:{owner}"
    return OPEN if right in rights else HIDDEN
