"""Actions and commitments in lists that are narrowed down; actions also as a board, a calendar and a timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access, selectors, services
from coordination.forms import ActionFilters, CommitmentFilters
from coordination.models import Action, ActionState, Commitment, SavedFilter
from coordination.views.shared import ROWS_ON_A_PAGE

# Beyond so many pages nobody turns pages: the list asks to be narrowed down.
PAGES_AT_MOST = 200
VIEWS = {
    "list": ("list-ul", _("List")),
    "board": ("kanban", _("Board")),
    "calendar": ("calendar3", _("Calendar")),
    "timeline": ("bar-chart-steps", _("Timeline")),
}
# A timeline is moved by so many months: half of what it shows stays in sight.
STEP_OF_TIMELINE = 3
# The years that a calendar knows; four digits, and none that computing with it would run out of.
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass
class Stretch:
    """One page of rows, without a count of all of them."""

    rows: list[Any]
    number: int
    has_next: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.has_next and self.number < PAGES_AT_MOST else None

    @property
    def ends_early(self) -> bool:
        return self.has_next and self.next is None


def stretch_of(request: HttpRequest, rows: QuerySet, per_page: int = ROWS_ON_A_PAGE) -> Stretch:
    """The page that the address asks for; one row more than it holds tells whether there is a next one."""
    number = min(whole_number(request.GET.get("page", ""), 1), PAGES_AT_MOST)
    first = (number - 1) * per_page
    found = list(rows[first : first + per_page + 1])
    if not found and number > 1:
        number, found = 1, list(rows[: per_page + 1])
    return Stretch(found[:per_page], number, len(found) > per_page)


def whole_number(text: str, otherwise: int) -> int:
    """What is asked for in digits, from one on; `otherwise` for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(PAGES_AT_MOST)) + 3
    return max(int(text), 1) if is_number else otherwise


def list_address(path: str, query: str) -> str:
    """A list, narrowed by `query`. By nothing, its address says so: without a word it opens with the user's standard
    filter."""
    return f"{path}?{query or 'state='}"


class Links:
    """Addresses of the same list, looked at in another way: what narrows it goes along."""

    def __init__(self, path: str, kept: dict[str, str]) -> None:
        self.path, self.kept = path, kept

    def to(self, **changes: Any) -> str:
        query = {name: value for name, value in {**self.kept, **changes}.items() if value not in (None, "")}
        return list_address(self.path, urlencode(query))


@require_safe
def action_list(request):
    """The actions that the reader may read, narrowed down: as a list, a board, a calendar or a timeline."""
    saved = _saved(request, "actions")
    if (standard := _standard(request, saved)) is not None:
        return redirect(standard.get_absolute_url())
    readable = access.readable_at_once(Action.objects.all(), request.user)
    filters = ActionFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_actions(readable, request.user, filters.chosen)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "list"
    kept = filters.kept()
    links = Links(request.path, {**kept, **({"view": view} if view != "list" else {})})
    context = {
        "filters": filters,
        "spaces": filters.spaces_by_key,
        "view": view,
        "tabs": [
            {"url": links.to(view=None if name == "list" else name), "label": _(label), "icon": icon,
             "is_current": name == view}
            for name, (icon, label) in VIEWS.items()
        ],
        "clear_url": links.to(**dict.fromkeys(kept)) if kept else "",
        **_saving(request, "actions", saved, links),
        **PARTS[view](request, rows.for_rows(), filters, links),
    }  # fmt: skip
    return render(request, "coordination/action_list.html", context)


@require_safe
def commitment_list(request):
    """The commitments that the reader may read, narrowed down."""
    saved = _saved(request, "commitments")
    if (standard := _standard(request, saved)) is not None:
        return redirect(standard.get_absolute_url())
    readable = access.readable_at_once(Commitment.objects.all(), request.user)
    filters = CommitmentFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_commitments(readable, request.user, filters.chosen)
    kept = filters.kept()
    links = Links(request.path, kept)
    context = {
        "filters": filters,
        "spaces": filters.spaces_by_key,
        "clear_url": links.to(**dict.fromkeys(kept)) if kept else "",
        **_saving(request, "commitments", saved, links),
        **_rows(request, rows.for_rows(), links),
    }
    return render(request, "coordination/commitment_list.html", context)


def _saved(request, page: str) -> list[SavedFilter]:
    """What the reader has saved of this list, or shares."""
    return selectors.saved_filters(request.user, page) if request.user.is_authenticated else []


def _standard(request, saved):
    """Where whoever asks for a list without saying more is led: the user's standard filter, if there is one."""
    return None if request.GET else next((one for one in saved if one.is_standard), None)


def _saving(request, page: str, saved: list[SavedFilter], links: Links) -> dict[str, Any]:
    """What the reader has saved of this list, which of it is open, and what would be saved now."""
    key = request.GET.get("saved", "")
    return {
        "saved": saved,
        "opened": next((one for one in saved if one.key == key), None),
        "save_query": urlencode({"page": page, "query": urlencode(links.kept)}),
    }


# --- the list -------------------------------------------------------------------------------------------------------
def _rows(request, rows: QuerySet, links: Links) -> dict[str, Any]:
    """A page of rows, and how many there are as far as is counted."""
    page = stretch_of(request, rows)
    number = selectors.counted(rows)
    return {
        "page": page,
        "previous_url": links.to(page=page.previous) if page.previous else "",
        "next_url": links.to(page=page.next) if page.next else "",
        "number": min(number, selectors.COUNTED_AT_MOST),
        "is_more": number > selectors.COUNTED_AT_MOST,
    }


def _list(request, rows, filters, links: Links) -> dict[str, Any]:
    context = _rows(request, rows, links)
    followed_up = access.those_to_do(request.user, "follow_up", context["page"].rows)
    return {**context, "followed_up": followed_up, "query": urlencode(filters.kept())}


# --- the board ------------------------------------------------------------------------------------------------------
def _board(request, rows, filters, links: Links) -> dict[str, Any]:
    shown = {state: whole_number(request.GET.get(f"show_{state}", ""), 0) for state in ActionState.values}
    columns = selectors.board_of(rows, filters.chosen, shown)
    cards = [card for column in columns for card in column.cards]
    asked = {f"show_{state}": number for state, number in shown.items() if number}
    return {
        "columns": [
            {
                "column": column,
                "more_url": links.to(**{**asked, f"show_{column.state}": column.shown_next})
                if column.shown_next else links.to(view=None, state=column.state),
                "look_url": links.to(state="any"),
            }
            for column in columns
        ],
        "followed_up": access.those_to_do(request.user, "follow_up", cards),
        "steps": {state: _steps(state) for state in ActionState.values},
        "back": links.to(**asked),
        "is_empty": not cards,
    }  # fmt: skip


def _steps(state: str) -> list[tuple[str, str]]:
    """Where an action can go from this state."""
    reachable = services.ACTION_TRANSITIONS[state]
    return [(value, str(label)) for value, label in ActionState.choices if value in reachable]


# --- the calendar and the timeline ----------------------------------------------------------------------------------
def _first_day(request: HttpRequest, otherwise: date) -> date:
    """The first day of the month that the address asks for, as in 2026-03; within the years that a calendar knows."""
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        asked = otherwise.replace(day=1)
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else timezone.localdate().replace(day=1)


def _month(first: date) -> str:
    return f"{first:%Y-%m}"


def _calendar(request, rows, filters, links: Links) -> dict[str, Any]:
    first = _first_day(request, filters.chosen("due_since") or timezone.localdate())
    weeks = selectors.month_of(rows, first)
    shown = [action for week in weeks for day in week for action in day.actions]
    for day in (day for week in weeks for day in week):
        day.url = links.to(view=None, due_since=day.on.isoformat(), due_until=day.on.isoformat())
    return {
        "first": first,
        "weeks": weeks,
        "weekdays": [day.on for day in weeks[0]],
        "is_empty": not shown,
        "previous_url": links.to(month=_month(selectors.month_before(first))),
        "next_url": links.to(month=_month(selectors.month_after(first))),
        "today_url": links.to(month=_month(timezone.localdate())),
    }


def _timeline(request, rows, filters, links: Links) -> dict[str, Any]:
    this_month = timezone.localdate().replace(day=1)
    first = _first_day(request, filters.chosen("due_since") or selectors.month_before(this_month))
    axis = selectors.axis_of(first, is_mirrored=get_language_bidi())
    page = stretch_of(request, selectors.along(rows, axis), selectors.BARS_ON_A_PAGE)
    here = {"month": _month(first)}
    return {
        "axis": axis,
        "page": page,
        "groups": selectors.bars_of(page.rows, axis),
        "earlier_url": links.to(month=_month(selectors.month_before(first, STEP_OF_TIMELINE))),
        "later_url": links.to(month=_month(selectors.month_after(first, STEP_OF_TIMELINE))),
        "previous_url": links.to(**here, page=page.previous) if page.previous else "",
        "next_url": links.to(**here, page=page.next) if page.next else "",
    }  # fmt: skip


PARTS = {"list": _list, "board": _board, "calendar": _calendar, "timeline": _timeline}
