"""What meetings let go to a successor: the items on which somebody who leaves was to report, the delegations in which
that one was to come, and what was typed into a record and not written down."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
from coordination.handing_over import OpenItem, register
from coordination.models import Person, Post
from meetings import services
from meetings.models import AgendaItem, Delegate, Invitation, Meeting, ParagraphDraft, Record


@register
def items_to_report_on(actor: User, predecessor: Person) -> Iterator[OpenItem]:
    """In meetings to come, as far as `actor` may change their agenda."""
    coming = Meeting.live_pages().coming().readable_by(actor).order_by()
    rows = AgendaItem.objects.filter(meeting__in=coming, rapporteur__person=predecessor)
    for item in rows.select_related("meeting__audience", "rapporteur").order_by("meeting__starts_at", "sort_order"):
        if access.can(actor, "record", item.meeting):
            yield _open_item(actor, item)


def _open_item(actor: User, item: Any) -> OpenItem:
    def pass_on(successor: Person, reason: str) -> bool:
        held = Post.objects.held_on(item.meeting.day).filter(person=successor)
        held = held.order_by(F("starts_on").desc(nulls_last=True), "-pk")
        post = held.filter(organisation=item.rapporteur.organisation_id).first()
        if post is None or (successor.user is not None and not access.may_read(successor.user, item.meeting)):
            return False
        with transaction.atomic():
            services.edit_agenda_item(actor, item, version=item.version, rapporteur=post)
        return True

    return OpenItem(item.key, f"{item.meeting.title}: {item.title}", item.get_absolute_url(), pass_on)


@register
def places_in_delegations(actor: User, predecessor: Person) -> Iterator[OpenItem]:
    """In meetings to come, as far as `actor` may name those delegations."""
    coming = Meeting.live_pages().coming().readable_by(actor).filter(cancelled_at=None).order_by()
    standing = Invitation.objects.standing().filter(meeting__in=coming)
    rows = Delegate.objects.filter(invitation__in=standing, person=predecessor).for_lists()
    for row in rows.select_related("invitation__meeting__audience").order_by("invitation__meeting__starts_at", "pk"):
        if access.can(actor, "name_delegates", row.invitation):
            yield _place(actor, row)


def _place(actor: User, row: Any) -> OpenItem:
    def pass_on(successor: Person, reason: str) -> bool:
        return services.replace_delegate(actor, row, successor)

    title = _("In the delegation: %(title)s") % {"title": row.invitation.meeting.title}
    return OpenItem(f"delegate-{row.invitation.key}-{row.pk}", title, row.invitation.get_absolute_url(), pass_on)


@register
def words_not_written_down(actor: User, predecessor: Person) -> Iterator[OpenItem]:
    """In records that `actor` writes too: what is typed there is shown to all who do."""
    if predecessor.user is None:
        return
    left = ParagraphDraft.objects.readable_by(actor).filter(author=predecessor.user).exclude(text="")
    records = Record.objects.of_live_meetings().readable_by(actor).filter(sections__drafts__in=left).distinct()
    for record in records.select_related("audience", "meeting").order_by("meeting__starts_at", "pk"):
        if not record.is_frozen and access.can(actor, "record", record):
            yield _words(actor, predecessor.user, record)


def _words(actor: User, predecessor: User, record: Record) -> OpenItem:
    def pass_on(successor: Person, reason: str) -> bool:
        return successor.user is not None and services.pass_drafts_on(actor, record, predecessor, successor.user)

    title = _("Not written down yet: %(title)s") % {"title": record.meeting.title}
    return OpenItem(f"drafts-{record.meeting.key}", title, record.get_absolute_url(), pass_on)
