"""What the pages of knowledge share: what stands at the end of each of them."""

from typing import Any

from django.http import HttpRequest

from coordination import access, named
from knowledge import selectors, services
from knowledge.forms import LookThroughForm, VerdictForm

ROWS_ON_A_PAGE = 30


def reader_side(request: HttpRequest, page: Any) -> dict[str, Any]:
    """Where a page lies, and for its end: whether it helped, what to read on, where to keep it, what keepers are told.

    Opening the page counts as one use of it, by nobody in particular.
    """
    if request.method == "GET":
        services.count_use(page)
    keeps = services.may_keep(request.user, page)
    return {
        "space": access.if_readable(request.user, page.space),
        "reading": {
            "page": page,
            "name": named.name_of(page),
            "form": VerdictForm(auto_id="verdict_%s"),
            "suggested": selectors.suggested_for(page, request.user),
            "keeps": keeps,
            "said": selectors.said_of(page) if keeps else None,
            "look_through": LookThroughForm(auto_id="look_%s") if keeps else None,
        },
    }
