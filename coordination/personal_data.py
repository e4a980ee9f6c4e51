"""What coordination holds about a person."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, selectors
from coordination.models import (
    Action,
    ActionFollower,
    ActionUpdate,
    ApiToken,
    AuditEntry,
    BulkChange,
    CalendarFeed,
    Import,
    Person,
    Post,
    ProgressReport,
    Reminder,
    ReplyAddress,
    SavedFilter,
    Space,
    StandardFilter,
    SuspendedMembership,
    Webhook,
)  # fmt: skip
from coordination.personal import goes, part, plain, stays, told

# Of a long life on the platform, the latest.
DEEDS_AT_MOST = 20_000


@part("directory", _("What the directory says of me"))
def _directory(user: User) -> Iterator[dict[str, Any]]:
    rows = Person.objects.filter(user=user)
    names = ("name", "name_native", "form_of_address", "languages", "email", "phone", "address")
    return told(rows, *names)


@part("posts", _("My posts"))
def _posts(user: User) -> Iterator[dict[str, Any]]:
    rows = Post.objects.filter(person__user=user).select_related("organisation")
    return told(rows, "title", "organisation", "starts_on", "ends_on", "listed")


@part("memberships", _("The spaces that I am a member of"))
def _memberships(user: User) -> Iterator[dict[str, Any]]:
    held = access.memberships(user)
    for space in Space.objects.readable_by(user).filter(pk__in=held).order_by("title"):
        yield {"space": space.title, "role": str(access.role_of(held[space.pk]))}


@part("actions", _("Actions that I wrote down, or that are mine to do"))
def _actions(user: User) -> Iterator[dict[str, Any]]:
    mine = Action.objects.filter(created_by=user) | Action.objects.filter(owner_person__user=user)
    rows = access.readable_by(mine.distinct(), user).select_related("owner").order_by("pk")
    return told(rows, "short_reference", "title", "description", "owner", "state", "due_on", "created_at")


@part("action_reports", _("What I reported on actions"))
def _action_reports(user: User) -> Iterator[dict[str, Any]]:
    rows = ActionUpdate.objects.filter(author=user).readable_by(user).select_related("action").order_by("pk")
    return told(rows, "action", "text", "state_after", "created_at")


@part("progress_reports", _("What I reported on commitments"))
def _progress_reports(user: User) -> Iterator[dict[str, Any]]:
    rows = ProgressReport.objects.filter(author=user).readable_by(user).select_related("commitment").order_by("pk")
    return told(rows, "commitment", "text", "value", "state_after", "created_at")


@part("reminders", _("What I was reminded of"))
def _reminders(user: User) -> Iterator[dict[str, Any]]:
    return told(Reminder.objects.filter(recipient=user).order_by("pk"), "stage", "due_on", "outcome", "at")


@part("saved_filters", _("Filters that I saved"))
def _saved_filters(user: User) -> Iterator[dict[str, Any]]:
    return told(SavedFilter.objects.filter(created_by=user), "name", "page", "query", "created_at")


@part("addresses", _("Secret addresses and tokens that I made: without the secrets, which Accord does not know"))
def _addresses(user: User) -> Iterator[dict[str, Any]]:
    for feed in CalendarFeed.objects.filter(user=user):
        yield {"kind": "calendar", "name": "", "made": plain(feed.created_at), "last_used": None}
    for token in ApiToken.objects.filter(user=user):
        made, used = plain(token.created_at), plain(token.last_used_on)
        yield {"kind": "token", "name": token.name, "made": made, "last_used": used}
    for webhook in Webhook.objects.filter(created_by=user):
        yield {"kind": "webhook", "name": webhook.url, "made": plain(webhook.created_at), "last_used": None}


@part("deeds", _("What the audit trail holds of my deeds"))
def _deeds(user: User) -> Iterator[dict[str, Any]]:
    """What somebody did, and from where; on what, where it may still be read."""
    entries = AuditEntry.objects.filter(actor=user).select_related("object_type", "actor")
    for deed, _link in selectors.exported_deeds(entries, user, DEEDS_AT_MOST):
        entry = deed.entry
        yield {
            "at": plain(entry.at), "deed": entry.verb, "kind": str(deed.kind), "thing": plain(deed.obj),
            "address": entry.address,
        }  # fmt: skip


goes(_("Access for programs, and webhooks"), ApiToken)
goes(_("Access for programs, and webhooks"), Webhook, by="created_by")
goes(_("Secret addresses of feeds, and for answers by mail"), CalendarFeed, ReplyAddress)
goes(_("Saved searches, filters and collections that are not shared"), SavedFilter, by="created_by", audience=None)
goes(_("Saved searches, filters and collections that are not shared"), StandardFilter)
goes(_("What is followed, and what was reminded of"), ActionFollower)
goes(_("What is followed, and what was reminded of"), Reminder, by="recipient")
goes(_("Sheets that were sent in, and what is on its way"), Import, by="created_by")
goes(_("Sheets that were sent in, and what is on its way"), BulkChange, by="actor")
goes(_("Memberships"), SuspendedMembership)
stays(_("Actions that the person wrote down"), Action, "created_by")
stays(_("Reports on actions and commitments"), ActionUpdate, "author")
stays(_("Reports on actions and commitments"), ProgressReport, "author")
stays(_("Entries of the audit trail"), AuditEntry, "actor")
stays(_("Posts in the directory"), Post, "person__user")
