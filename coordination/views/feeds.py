"""Calendar feeds, and the page on which a reader gets the secret addresses of them."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, feeds, selectors, services
from coordination.models import CalendarFeed, Space


@require_safe
def calendar_feed(request, secret):
    """What the owner of the secret may read at this moment; whoever fetches it needs nothing else."""
    feed = services.feed_of(secret)
    if feed is None:
        raise Http404
    with translation.override(feed.user.language), timezone.override(feed.user.time_zone):
        content = feeds.as_icalendar(feed)
    # With the feed's own key: equal contents of two readers have no equal tags.
    tag = f'"{sha256(f"{feed.pk} {feed.digest} ".encode() + content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="accord.ics"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_feeds(request):
    """The feeds that there are for the reader. A new address is shown this once, on the answer to its making."""
    spaces = selectors.spaces_of(request.user)
    made = None
    if request.method == "POST":
        space = _chosen(request, spaces)
        if request.POST.get("deed") == "end":
            services.end_feed(request.user, space)
            messages.success(request, _("The address leads nowhere any more."))
            return redirect("calendar_feeds")
        try:
            secret = services.renew_feed(request.user, space)
        except PermissionDenied as refusal:
            raise Http404 from refusal
        made = {"space": space, "address": settings.BASE_URL + reverse("calendar_feed", args=[secret])}
    held = dict(CalendarFeed.objects.filter(user=request.user).values_list("space", "created_at"))
    rows = [{"space": space, "since": held.get(space.pk if space else None)} for space in [None, *spaces]]
    return render(request, "coordination/calendar_feeds.html", {"rows": rows, "made": made})


def _chosen(request: Any, spaces: list[Space]) -> Space | None:
    """The space that was chosen among the reader's own; None for the reader's own due dates."""
    key = request.POST.get("space", "")
    if not key:
        return None
    space = next((one for one in spaces if one.key == key), None)
    if space is None or not access.is_member(request.user, space.pk):
        raise Http404
    return space
