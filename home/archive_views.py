"""A space taken along as an archive: asked for, waited for, fetched by whoever asked for it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access
from coordination.models import Space
from coordination.views.exports import attachment
from coordination.views.shared import require_or_404
from home import space_archives as services

SECONDS_BETWEEN_LOOKS = 1


def _open(request: Any, key: str) -> Space:
    spaces = Space.objects.live().select_related("audience")
    space: Space = access.open_readable(request, spaces, key=key)
    require_or_404(request, "take_along", space)
    return space


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_archive(request, key):
    """What an archive is, and how far one's own is; sent, it asks for one. It looks again by itself."""
    space = _open(request, key)
    if request.method == "POST":
        services.ask_for_archive(request.user, space)
        return redirect("space_archive", key=key)
    archive = services.archive_of(request.user, space)
    context = {
        "space": space,
        "archive": archive,
        "may_open": archive is not None and services.may_open(request.user, archive),
        "seconds": SECONDS_BETWEEN_LOOKS,
    }
    return render(request, "home/space_archive.html", context)


@login_required
@require_safe
def space_archive_file(request, key):
    """The archive, for the one whom it was made for, while that one may still read all that stands in it."""
    space = _open(request, key)
    archive = services.archive_of(request.user, space)
    if archive is None or not services.may_open(request.user, archive):
        raise Http404
    name = f"accord-{space.key}-{archive.made_at.date().isoformat()}.zip"
    if request.method == "HEAD":
        return attachment(HttpResponse(), "application/zip", name)
    services.note_fetching(request.user, archive)
    answer = FileResponse(archive.content.open("rb"))
    answer["Content-Length"] = str(archive.size)
    return attachment(answer, "application/zip", name)
