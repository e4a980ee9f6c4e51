"""News: the list, and one of them."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.models import NewsItem

ROWS_ON_A_PAGE = 30


@require_safe
def news_list(request):
    context = {"page": page_of(request, selectors.news(request.user), ROWS_ON_A_PAGE)}
    return render(request, "knowledge/news_list.html", context)


@require_safe
def news_detail(request, key):
    news = access.open_readable(request, NewsItem.live_pages().select_related("picture__audience"), key=key)
    context = {
        "news": news,
        "space": access.if_readable(request.user, news.space),
        "picture": access.if_readable(request.user, news.picture),
        "countries": news.countries.all(),
        "topics": news.topics.all(),
    }
    return render(request, "knowledge/news_detail.html", context)
