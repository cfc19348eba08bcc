"""Release, replay and park: first what it would do, then with a reason."""

from typing import Final, get_args

from starlette.responses import Response

from acktrail.app.previews import preview
from acktrail.app.restarting import Act, Order
from acktrail.web.visits import Page, Visit, see_other


def _asked(act: Act) -> Page:
    def ask(visit: Visit) -> Response:
        newest = visit.query.get("profile") == "newest"
        found = preview(visit.tools, visit.path["id"], act, newest=newest)
        message = visit.query.get("message", "")
        return visit.page(
            "intervention.html", act.capitalize(), one=found, newest=newest, message=message
        )

    return Page(f"/exchanges/{{id}}/{act}", f"exchange.{act}", ask)


def _done(act: Act) -> Page:
    def do(visit: Visit) -> Response:
        form, key = visit.form, visit.path["id"]
        order = Order(
            key,
            visit.actor,
            form.get("reason", ""),
            form.get("message", "").strip(),
            newest=form.get("profile") == "newest",
        )
        restart = visit.house.restart
        {"release": restart.release, "replay": restart.replay, "park": restart.park}[act](order)
        return see_other(f"/exchanges/{key}", act)

    return Page(f"/exchanges/{{id}}/{act}", f"exchange.{act}", do, "POST")


PAGES: Final = tuple(make(act) for act in get_args(Act) for make in (_asked, _done))
