"""How pages of knowledge are kept up: use is counted, readers judge, keepers look through, links are followed."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Mod
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from accounts.models import User
from coordination import access, audit
from knowledge import links
from knowledge.models import BrokenLink, BrokenLinkReason, File, Use, Verdict
from knowledge.selectors.upkeep import KEPT_KINDS

logger = logging.getLogger(__name__)
VERDICTS_AN_HOUR = 30
# Each page has its turn once a week, in one of so many parts of it: half an hour each.
PARTS_OF_A_WEEK = 7 * 24 * 2
# All who are not signed in, together: a page is not drowned by somebody with many addresses.
VISITORS_VERDICTS_AN_HOUR = 60


def count_use(page: Any) -> None:
    """One more opening of the page this month. Who it was is asked nowhere; a page never waits or fails for it."""
    kind, month = ContentType.objects.get_for_model(page), timezone.localdate().replace(day=1)
    rows = Use.objects.filter(object_type=kind, object_id=page.pk, month=month)
    try:
        with transaction.atomic():
            if not rows.update(number=F("number") + 1):
                Use.objects.create(object_type=kind, object_id=page.pk, month=month, number=1)
    except (IntegrityError, OperationalError):  # another reader was the first, or the database is busy
        logger.debug("A use was not counted.")


# --- was this helpful ----------------------------------------------------------------------------------------------
@transaction.atomic
def judge(reader: access.Reader, page: Any, *, is_helpful: bool, text: str = "", seen_from: str = "") -> None:
    """Keep whether a page helped; who says it again says it anew. `seen_from` tells visitors apart.

    No state of the programme: it is not in the trail, which would say who has read what.
    """
    if not access.may_read(reader, page):
        raise PermissionDenied
    kind = ContentType.objects.get_for_model(page)
    who = {"user_id": reader.pk} if reader.is_authenticated else {"visitor": _mark_of(page, seen_from)}
    key = {"object_type": kind, "object_id": page.pk, **who}
    verdict = Verdict.objects.filter(**key).first() or Verdict(**key)
    if verdict.pk is None:
        _check_rate(reader, kind, page.pk)
    verdict.is_helpful, verdict.text = is_helpful, text.strip()
    verdict.clean_fields(exclude=["user"])
    try:
        with transaction.atomic():
            verdict.save()
    except IntegrityError:  # sent twice at the same moment
        Verdict.objects.filter(**key).update(is_helpful=is_helpful, text=verdict.text)


def _check_rate(reader: access.Reader, kind: ContentType, pk: int) -> None:
    lately = Verdict.objects.filter(at__gte=timezone.now() - timedelta(hours=1))
    if reader.is_authenticated:
        too_many = lately.filter(user_id=reader.pk).count() >= VERDICTS_AN_HOUR
    else:
        too_many = lately.filter(object_type=kind, object_id=pk, user=None).count() >= VISITORS_VERDICTS_AN_HOUR
    if too_many:
        raise ValidationError(_("That is a lot in one hour. Try again later."))


def _mark_of(page: Any, seen_from: str) -> str:
    """By which a visitor is known again at this page, and at no other."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"verdict {page.pk} {seen_from}".encode(), hashlib.sha256).hexdigest()


# --- looked through ------------------------------------------------------------------------------------------------
@transaction.atomic
def look_through(actor: User, page: Any, *, next_on: date) -> None:
    """The page holds good: it is brought to its owner again on that day."""
    if not may_keep(actor, page):
        raise PermissionDenied
    if next_on <= timezone.localdate():
        raise ValidationError({"next_on": _("Choose a day to come.")})
    rows = type(page)._base_manager.select_for_update(of=("self",)).filter(pk=page.pk)
    before = rows.get().review_on
    rows.update(review_on=next_on)
    # A version that is published later must not bring the old day back.
    if (revision := page.latest_revision) is not None:
        revision.content["review_on"] = next_on.isoformat()
        revision.save(update_fields=["content"])
    audit.record(
        actor,
        "page looked through",
        page,
        before={"review_on": audit.plain(before)},
        after={"review_on": audit.plain(next_on)},
    )


def may_keep(user: access.Reader, page: Any) -> bool:
    """Whether `user` looks after a page: its owner, and whoever writes the records of its space."""
    if not user.is_authenticated or not access.may_read(user, page):
        return False
    return (user.is_active and page.owner_id == user.pk) or access.can(user, "record", page.space)


# --- links ---------------------------------------------------------------------------------------------------------
def check_links(
    is_here: Callable[[str], bool],
    follow: Callable[[str], str | None] = links.why_broken,
    parts: Iterable[int] | None = None,
) -> int:
    """Follow the links of all published pages, and keep those that are broken. How many there are now.

    `is_here` says of a path of this site whether something is there. With `parts`, only of the pages whose turn is in
    these parts of the week.
    """
    known: dict[str, str | None] = {}
    turns = None if parts is None else [part % PARTS_OF_A_WEEK for part in parts]

    def why(link: str) -> str | None:
        if link not in known:
            known[link] = _why_broken(link, is_here, follow)
        return known[link]

    for model in KEPT_KINDS:
        pages = model.objects.live()
        if turns is not None:
            pages = pages.alias(turn=Mod("pk", PARTS_OF_A_WEEK)).filter(turn__in=turns)
        for page in pages.iterator(chunk_size=200):
            _keep_broken(page, {link: reason for link in links.links_of(page) if (reason := why(link))})
        kind = ContentType.objects.get_for_model(model)
        BrokenLink.objects.filter(object_type=kind).exclude(object_id__in=model.objects.live().values("pk")).delete()
    return BrokenLink.objects.count()


def _why_broken(link: str, is_here: Callable[[str], bool], follow: Callable[[str], str | None]) -> str | None:
    kind, _colon, number = link.partition(":")
    if kind in ("page", "document"):
        rows: Any = Page.objects.live() if kind == "page" else File.objects.all()
        there = number.isdigit() and rows.filter(pk=int(number)).exists()
        return None if there else BrokenLinkReason.NOT_HERE
    if (path := links.path_here(link)) is not None:
        return None if is_here(path) else BrokenLinkReason.NOT_HERE
    return follow(link)


@transaction.atomic
def _keep_broken(page: Any, broken: dict[str, str]) -> None:
    kind, now = ContentType.objects.get_for_model(page), timezone.now()
    rows = BrokenLink.objects.filter(object_type=kind, object_id=page.pk)
    rows.exclude(url__in=[url[:1000] for url in broken]).delete()
    for url, reason in broken.items():
        rows.update_or_create(
            object_type=kind, object_id=page.pk, url=url[:1000], defaults={"reason": reason, "checked_at": now}
        )
