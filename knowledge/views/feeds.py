"""Feeds, and the page on which a reader finds them and gets secret addresses of them."""

from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access
from coordination.models import Space, Topic
from coordination.selectors import spaces_of
from knowledge import feeds, services
from knowledge.models import KnowledgeFeed


@require_safe
def feed_all(request, form):
    """What the reader may read: what is public, without signing in."""
    return _answer(request, form, feeds.Shared(request.user, request.path))


@require_safe
def feed_topic(request, slug, form):
    topic = get_object_or_404(Topic, slug=slug)
    return _answer(request, form, feeds.Shared(request.user, request.path, topic=topic))


@require_safe
def feed_space(request, key, form):
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    return _answer(request, form, feeds.Shared(request.user, request.path, space=space))


@require_safe
def feed_mine(request, secret, form):
    """What the owner of the secret may read at this moment; whoever fetches it needs nothing else."""
    feed = services.knowledge_feed_of(secret)
    if feed is None:
        raise Http404
    shared = feeds.Shared(feed.user, request.path, space=feed.space, topic=feed.topic)
    with translation.override(feed.user.language), timezone.override(feed.user.time_zone):
        response = _answer(request, form, shared, salt=f"{feed.pk} {feed.digest} ")
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, form: str, shared: feeds.Shared, salt: str = "") -> HttpResponseBase:
    """The feed, or that it is still the same.

    The tag is of the very bytes (with the secret feed's own salt: equal contents of two readers have no equal tags),
    and it alone is compared: when something is withdrawn, no date grows. The date is that of the newest entry shown.
    """
    if form not in feeds.FORMS:
        raise Http404
    made: Any = feeds.PagesFeed(form).get_feed(shared, request)
    written = BytesIO()
    made.write(written, "utf-8")
    content = written.getvalue()
    tag = f'"{sha256(salt.encode() + content).hexdigest()[:32]}"'
    response: HttpResponseBase = HttpResponse(content, content_type=made.content_type)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    response["ETag"] = tag
    response["Last-Modified"] = http_date(made.latest_post_date().timestamp())
    # In a browser somebody is signed in, and it keeps nothing (coordination.middleware); a feed program is its owner's.
    if salt or not request.user.is_authenticated:
        response["Cache-Control"] = "private, no-cache"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request):
    """The feeds that there are for the reader. A new secret address is shown this once, on the answer to its making."""
    if request.method == "POST" and not request.user.is_authenticated:
        raise Http404
    topics, spaces = list(Topic.objects.all()), spaces_of(request.user) if request.user.is_authenticated else []
    made = None
    if request.method == "POST":
        chosen = _chosen(request, spaces, topics)
        if request.POST.get("deed") == "end":
            services.end_knowledge_feed(request.user, **chosen)
            messages.success(request, _("The address leads nowhere any more."))
            return redirect("feed_list")
        try:
            secret = services.renew_knowledge_feed(request.user, **chosen)
        except PermissionDenied as refusal:
            raise Http404 from refusal
        made = list(feeds.addresses("feed_mine", secret=secret))
    context = {"rows": _rows(request.user, spaces, topics), "made": made}
    return render(request, "knowledge/feeds.html", context)


def _chosen(request: HttpRequest, spaces: list[Space], topics: list[Topic]) -> dict[str, Any]:
    """The space or topic that was chosen; neither for the feed of all."""
    key, slug = request.POST.get("space", ""), request.POST.get("topic", "")
    if key:
        space = next((one for one in spaces if one.key == key), None)
        if space is None:
            raise Http404
        return {"space": space}
    if slug:
        topic = next((one for one in topics if one.slug == slug), None)
        if topic is None:
            raise Http404
        return {"topic": topic}
    return {}


def _rows(reader: access.Reader, spaces: list[Space], topics: list[Topic]) -> list[dict[str, Any]]:
    held: dict[tuple[int | None, int | None], Any] = {}
    if reader.is_authenticated:
        own = KnowledgeFeed.objects.filter(user=reader).values_list("space", "topic", "created_at")
        held = {(space, topic): since for space, topic, since in own}
    rows: list[dict[str, Any]] = [{"label": _("All of it"), "since": held.get((None, None)),
                                   "addresses": list(feeds.addresses("feed_all"))}]  # fmt: skip
    for space in spaces:
        rows.append({"label": space.title, "space": space, "since": held.get((space.pk, None))})
    for topic in topics:
        public = list(feeds.addresses("feed_topic", slug=topic.slug))
        rows.append({"label": str(topic), "topic": topic, "since": held.get((None, topic.pk)), "addresses": public})
    return rows


@require_safe
def opensearch(request):
    """How a browser searches here from its own field (OpenSearch 1.1)."""
    context = {"base": settings.BASE_URL, "search": reverse("search"), "itself": reverse("opensearch")}
    response = render(request, "knowledge/opensearch.xml", context)
    response["Content-Type"] = "application/opensearchdescription+xml; charset=utf-8"
    return response


@require_safe
def robots(request):
    """What search engines are asked not to fetch; what is closed does not exist for them anyway."""
    closed = ("/account/", "/calendar/", "/editors/", "/feeds/mine/", "/search/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "",
             f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}", ""]  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
