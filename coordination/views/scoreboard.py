"""The scoreboard: on track, at risk, late, done, and what has changed since a day."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination import scoreboard_pages
from coordination.forms.scoreboard import ScoreboardForm
from coordination.selectors import scoreboard as selectors


@require_safe
def scoreboard(request: HttpRequest) -> HttpResponse:
    """Where everything stands that the reader may read, by country, organisation, agreement or topic."""
    form = ScoreboardForm(request.GET, reader=request.user)
    form.is_valid()
    by, since = form.rows_are, form.first_day
    board = selectors.scoreboard(request.user, by, since, form.chosen)
    rows = scoreboard_pages.shown(board, by, since, form.narrowed_to, every="all" in request.GET)
    standing, changes = scoreboard_pages.sums(board.total, since, form.narrowed_to)
    here = {**form.narrowed_to, "by": by, "since": since.isoformat()}
    context = {
        "form": form,
        "rows": rows,
        "standing": standing,
        "changes": changes,
        "since": since,
        "today": timezone.localdate(),
        "total": board.total,
        "nowhere": board.total.commitments.nowhere + board.total.actions.nowhere,
        "is_by_topic": by == selectors.By.TOPIC,
        "rows_are": selectors.By(by).label,
        "tabs": [
            {"url": _link({**here, "by": of.value}), "label": of.label, "is_current": of == by} for of in selectors.By
        ],
        "narrowed_to": [
            {"label": str(form.named[name]), "url": _link({key: value for key, value in here.items() if key != name})}
            for name in form.narrowed_to
        ],
        "all_url": _link({**here, "all": "1"}) if len(rows) < len(board.rows) else "",
    }
    return render(request, "coordination/scoreboard.html", context)


def _link(params: dict[str, str]) -> str:
    return f"{reverse('scoreboard')}?{urlencode(params)}"
