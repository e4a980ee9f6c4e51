"""News and events: the lists, and one of each."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.models import Event, NewsItem
from knowledge.views.shared import ROWS_ON_A_PAGE, reader_side


@require_safe
def news_list(request):
    """The news, and beside them what is coming."""
    context = {
        "page": page_of(request, selectors.news(request.user), ROWS_ON_A_PAGE),
        "events": selectors.coming_events(request.user)[: selectors.LATEST],
    }
    return render(request, "knowledge/news_list.html", context)


@require_safe
def news_detail(request, key):
    news = access.open_readable(request, NewsItem.live_pages().select_related("picture__audience"), key=key)
    context = {
        "news": news,
        "picture": access.if_readable(request.user, news.picture),
        "countries": news.countries.all(),
        "topics": news.topics.all(),
        **reader_side(request, news),
    }
    return render(request, "knowledge/news_detail.html", context)


@require_safe
def event_list(request):
    """What is coming; what is over, where `?when=past` asks for it."""
    is_past = request.GET.get("when") == "past"
    rows = selectors.past_events(request.user) if is_past else selectors.coming_events(request.user)
    context = {"page": page_of(request, rows, ROWS_ON_A_PAGE), "is_past": is_past}
    return render(request, "knowledge/event_list.html", context)


@require_safe
def event_detail(request, key):
    event = access.open_readable(request, Event.live_pages(), key=key)
    context = {
        "event": event,
        "countries": event.countries.all(),
        "topics": event.topics.all(),
        **reader_side(request, event),
    }
    return render(request, "knowledge/event_detail.html", context)
