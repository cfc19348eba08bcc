"""Templates: what they may use, and pages made of them. Everything is escaped, always."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from acktrail.app.wording import by_field, is_at, printable, shown, where, who
from acktrail.ports import PieceKind

TEMPLATES: Final = Path(__file__).with_name("templates")
STATIC: Final = Path(__file__).with_name("static")
# How a state looks: a sign beside the word, so that colour says nothing alone.
SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(
        ("accepted", "posted", "active", "delivered", "valid"), ("\N{CHECK MARK}", "good")
    ),
    **dict.fromkeys(
        ("held", "parked", "suspended", "open", "half_open", "waiting", "testing", "unmatched"),
        ("\N{BLACK UP-POINTING TRIANGLE}", "warn"),
    ),
    **dict.fromkeys(
        ("dead", "failed", "rejected", "conflict", "missing", "mismatch", "retired", "fatal"),
        ("\N{MULTIPLICATION X}", "bad"),
    ),
    "closed": ("\N{CHECK MARK}", "plain"),
    "accepted_with_errors": ("\N{BLACK UP-POINTING TRIANGLE}", "warn"),
    "partially_accepted": ("\N{BLACK UP-POINTING TRIANGLE}", "warn"),
    "error": ("\N{MULTIPLICATION X}", "bad"),
    "warning": ("\N{BLACK UP-POINTING TRIANGLE}", "warn"),
}
PLAIN: Final = ("\N{WHITE CIRCLE}", "plain")
_KILO: Final = 1000


class Templates:
    """The console's templates, compiled once."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,  # whatever a file's name ends with
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "instant": instant,
            "amount": amount,
            "plain": printable,
            "sign": sign,
            "outcome": outcome,
            "fact": fact,
        }
        self._environment.globals |= {
            "by_field": by_field,
            "is_at": is_at,
            "shown": shown,
            "where": where,
            "who": who,
            "value_kind": PieceKind.VALUE,
            "htmx": next(one.name for one in STATIC.glob("htmx-*.js")),
        }

    def stranger(self, name: str, title: str, code: int = 200, **facts: object) -> HTMLResponse:
        """Return a page for somebody who is not signed in."""
        nobody = {"title": title, "here": "", "menu": (), "user": "", "done": "", "csrf": ""}
        return self.page(name, nobody | facts, code)

    def page(self, name: str, facts: Mapping[str, object], code: int = 200) -> HTMLResponse:
        """Return a page made of a template."""
        return HTMLResponse(self._environment.get_template(name).render(facts), code)


def instant(value: datetime | str | None) -> Markup:
    """Return a time as ``<time>``, to the second, UTC."""
    if not value:
        return Markup("")
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return Markup('<time datetime="{}">{} UTC</time>').format(
        at.isoformat(timespec="seconds"), at.strftime("%Y-%m-%d %H:%M:%S")
    )


def amount(count: float) -> str:
    """Return a number of bytes with the unit that fits."""
    for unit in ("B", "kB", "MB"):
        if count < _KILO:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= _KILO
    return f"{count:.1f} GB"


def sign(state: object) -> Markup:
    """Return a state as a sign and its word."""
    word = str(state)
    mark, tone = SIGNS.get(word.partition(":")[0], PLAIN)
    return Markup('<span class="state {}"><span aria-hidden="true">{}</span> {}</span>').format(
        tone, mark, printable(word.replace("_", " "))
    )


def fact(value: object) -> str:
    """Return a value of an entry as one text: tables and lists with their parts side by side."""
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(str(key))} {fact(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(fact, value))
    return printable(str(value))


def outcome(text: str, status: str = "") -> Markup:
    """Return an outcome, ``held: code`` or a word, as a sign and what is behind it.

    The sign is left out where it only says the status beside it again.
    """
    word, _, code = text.partition(": ")
    shown = Markup("") if word == status else sign(word)
    return Markup("{} <code>{}</code>").format(shown, code) if code else shown
