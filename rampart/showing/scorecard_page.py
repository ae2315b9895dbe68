"""A scorecard as one file of HTML."""

from rampart.showing.alone import alone
from rampart.showing.scorecard_view import Told, scorecard_view


def scorecard_html(card: Told, vendor: str | None = None) -> bytes:
    """The page of `card`, which is in its JSON form; addresses of rows are text, as there are no pages."""
    return alone("card_file.html", view=scorecard_view(card, vendor), link=lambda _address: None)
