"""Partners: where their profiles stand, what versions say, and every move of the lifecycle."""

from typing import Final

from starlette.responses import Response

from acktrail.app.governing import Governing, Move, partner_state
from acktrail.app.linting import problems_of
from acktrail.errors import AcktrailError, NotFoundError
from acktrail.profiles.difference import difference
from acktrail.profiles.lifecycle import stream
from acktrail.security.roles import READ
from acktrail.web.moves import MOVES
from acktrail.web.pages.exceptions import number_of
from acktrail.web.pages.lanes import instant_of
from acktrail.web.visits import Page, Visit, see_other


def _list(visit: Visit) -> Response:
    rows = [partner_state(visit.tools, one) for one in visit.tools.home.partners()]
    return visit.page("partners.html", "Partners", rows=rows)


def _show(visit: Visit) -> Response:
    tools, partner = visit.tools, _known(visit)
    version = number_of(visit.query.get("version", ""))
    found = tools.home.profile(partner, version)
    try:
        problems = problems_of(tools.home, found.profile)
    except AcktrailError as error:  # another partner's file: this page can be shown all the same
        problems = []
        lint_fault = error.code
    else:
        lint_fault = ""
    return visit.page(
        "partner.html",
        f"Partner {partner}",
        partner=partner,
        state=partner_state(tools, partner),
        standing=Governing(tools).standing(partner),
        required=Governing(tools).required,
        versions=_versions(visit, partner),
        found=found,
        text=found.path.read_text("utf-8"),
        problems=problems,
        lint_fault=lint_fault,
        log=list(reversed(tools.ledger.entries(stream(partner)))),
        moves=[
            (name, kind.of_version) for name, kind in MOVES.items() if visit.may(f"profile.{name}")
        ],
    )


def _known(visit: Visit) -> str:
    partner = visit.path["id"]
    if partner not in visit.tools.home.partners():
        msg = "no such partner"
        raise NotFoundError(msg)
    return partner


def _versions(visit: Visit, partner: str) -> list[int]:
    folder = visit.tools.home.root / "partners" / partner
    return sorted((int(path.stem) for path in folder.glob("[0-9]*.toml")), reverse=True)


def _compare(visit: Visit) -> Response:
    partner, home = _known(visit), visit.tools.home
    before, after = (number_of(visit.query.get(name, "")) for name in ("before", "after"))
    one, two = home.profile(partner, before), home.profile(partner, after)
    return visit.page(
        "compare.html",
        f"Versions of {partner}",
        partner=partner,
        before=one.profile.version,
        after=two.profile.version,
        changes=difference(one.profile, two.profile),
    )


def _move(name: str) -> Page:
    def move(visit: Visit) -> Response:
        partner, form = _known(visit), visit.form
        effective = instant_of(visit, form.get("effective", "")) if name == "approve" else None
        version = number_of(form.get("version", ""))
        order = Move(partner, visit.actor, form.get("reason", ""), version, effective)
        MOVES[name].carry_out(visit.tools, order)
        return see_other(f"/partners/{partner}", name)

    return Page(f"/partners/{{id}}/{name}", f"profile.{name}", move, "POST")


PAGES: Final = (
    Page("/partners", READ, _list),
    Page("/partners/{id}", READ, _show),
    Page("/partners/{id}/compare", READ, _compare),
    *map(_move, MOVES),
)
