"""A partner's connection card as one HTML page: self-contained, without script, printable."""

from collections.abc import Iterable, Iterator
from html import escape

from acktrail.app.card import Section
from acktrail.app.wording import printable
from acktrail.cli.tree_html import page_head


def card_page(title: str, sections: Iterable[Section]) -> Iterator[str]:
    """Return the page piece by piece."""
    yield page_head(title, "Please compare it with what you have, and tell us what differs.")
    for one in sections:
        rows = "".join(
            f'<tr><th scope="row">{_safe(name)}</th><td>{_safe(text)}</td></tr>\n'
            for name, text in one.rows
        )
        yield f"<h2>{_safe(one.title)}</h2>\n"
        yield f"<table>\n<caption>{_safe(one.title)}</caption>\n<tbody>\n{rows}</tbody>\n</table>\n"
        yield from (f"<pre><code>{escape(text)}</code></pre>\n" for text in one.verbatim)
    yield "</main>\n</body>\n</html>\n"


def _safe(text: str) -> str:
    return escape(printable(text))
