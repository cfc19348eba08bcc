"""The pages of the console: each module has its rows of the table, here they are joined."""

from typing import Final

from acktrail.web.pages import (
    acknowledgements,
    audit,
    contents,
    exceptions,
    exchanges,
    home,
    interventions,
    lanes,
    ledger,
    partners,
    sign_in,
)
from acktrail.web.visits import Page

PAGES: Final[tuple[Page, ...]] = (
    *home.PAGES,
    *exchanges.PAGES,
    *interventions.PAGES,
    *contents.PAGES,
    *exceptions.PAGES,
    *acknowledgements.PAGES,
    *lanes.PAGES,
    *partners.PAGES,
    *ledger.PAGES,
    *audit.PAGES,
    *sign_in.PAGES,
)
