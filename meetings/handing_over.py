"""What meetings let go to a successor: the items on which somebody who leaves was to report."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from coordination import access
from coordination.handing_over import OpenItem, register
from coordination.models import Person, Post
from meetings import services
from meetings.models import AgendaItem, Meeting


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
