"""What the library holds about a person: what was uploaded, put together and found helpful."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import personal
from coordination.personal import goes, part, stays, told
from knowledge.models import File, KnowledgeFeed, ReadingList, Verdict


def own_files(user: User) -> Any:
    """What the person has uploaded and may still read."""
    return File.objects.filter(uploaded_by_user=user).readable_by(user).order_by("pk")


@part("files", _("Files that I uploaded"))
def _files(user: User) -> Iterator[dict[str, Any]]:
    return told(own_files(user), "title", "filename", "file_size", "created_at")


@part("collections", _("Collections that I made"))
def _collections(user: User) -> Iterator[dict[str, Any]]:
    return told(ReadingList.objects.filter(created_by=user), "title", "description", "created_at")


@part("verdicts", _("What I said of pages"))
def _verdicts(user: User) -> Iterator[dict[str, Any]]:
    return told(Verdict.objects.filter(user=user), "is_helpful", "text", "at")


personal.files_of.append(own_files)
goes(_("Secret addresses of feeds, and for answers by mail"), KnowledgeFeed)
goes(_("Saved searches, filters and collections that are not shared"), ReadingList, by="created_by", audience=None)
goes(_("What the person said of pages"), Verdict)
stays(_("Files"), File, "uploaded_by_user")
