"""The agenda: its items in their order, what of them is carried over, and the documents that are to come for them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, attachments, audit, going_on
from coordination.models import Agreement, Organisation, Post
from coordination.services import StaleVersion, require
from meetings import selectors
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.services.meetings import carry_into_what_editors_open

# What a form may say of an item. The texts go along into an item that is carried over.
ITEM_FIELDS = (
    "title", "description", "lead", "rapporteur", "expected_outcome", "agreement", "minutes", "starts_at",
)  # fmt: skip
CARRIED_OVER = ("title", "description", "lead", "expected_outcome", "agreement", "minutes")
MOST_FILES_OF_A_DOCUMENT = 10


# --- items ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_agenda_item(
    actor: User,
    meeting: Meeting,
    *,
    title: str,
    description: str = "",
    lead: Organisation | None = None,
    rapporteur: Post | None = None,
    expected_outcome: str = "",
    starts_at: datetime | None = None,
    minutes: int | None = None,
    agreement: Agreement | None = None,
    submission: UUID | None = None,
    source: Any = None,
) -> AgendaItem:
    """Put an item at the end of the agenda; `source` is what it comes of. Sent twice, it is one item."""
    require(actor, "record", meeting)
    meeting = _locked(meeting)
    if submission and (sent_before := AgendaItem.objects.filter(submission=submission).first()):
        return sent_before
    item = AgendaItem(
        meeting=meeting,
        title=title,
        description=description,
        lead=lead,
        rapporteur=rapporteur,
        expected_outcome=expected_outcome,
        starts_at=starts_at,
        minutes=minutes,
        agreement=agreement,
        submission=submission,
        sort_order=_next_place(meeting),
    )
    _check_item(actor, item)
    _put_on(actor, item)
    going_on.note(source, item)
    audit.record(actor, "agenda item added", item, after={"title": title})
    return item


def _locked(meeting: Meeting) -> Meeting:
    """The meeting, so that nobody else changes its agenda meanwhile."""
    return Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)


def _next_place(meeting: Meeting) -> int:
    places = AgendaItem.objects.filter(meeting=meeting).order_by("sort_order").values_list("sort_order", flat=True)
    last = places.last()
    return (last if last is not None else -1) + 1


def _check_item(actor: User, item: AgendaItem) -> None:
    if item.agreement is not None:
        require(actor, "read", item.agreement)
    if item.starts_at and not item.meeting.starts_at <= item.starts_at <= item.meeting.ends_at:
        raise ValidationError({"starts_at": _("This is not within the meeting.")})
    if item.rapporteur and not Post.objects.held_on(item.meeting.day).filter(pk=item.rapporteur.pk).exists():
        raise ValidationError({"rapporteur": _("This post was not held on that day.")})
    item.clean_fields()


def _put_on(actor: User, item: AgendaItem) -> None:
    item.save()
    carry_into_what_editors_open(actor, item.meeting, lambda latest: latest.agenda_items.add(item))


@transaction.atomic
def edit_agenda_item(actor: User, item: AgendaItem, *, version: int, **changes: Any) -> AgendaItem:
    """Change what the agenda says of an item. `version` is that of the form: an older one is refused."""
    require(actor, "record", item.meeting)
    item = _latest_item(item)
    if item.version != version:
        raise StaleVersion
    before = {name: audit.plain(getattr(item, name)) for name in changes}
    for name, value in changes.items():
        setattr(item, name, value)
    _check_item(actor, item)
    _save_item(actor, item)
    after = {name: audit.plain(getattr(item, name)) for name in changes}
    audit.record(actor, "agenda item changed", item, before=before, after=after)
    return item


def _latest_item(item: AgendaItem) -> AgendaItem:
    """The item as it is now, with its meeting locked."""
    meeting = _locked(item.meeting)
    item = AgendaItem.objects.get(pk=item.pk)
    item.meeting = meeting
    return item


def _save_item(actor: User, item: AgendaItem) -> None:
    item.version += 1
    item.save()
    carry_into_what_editors_open(actor, item.meeting, _as_it_is([item]))


def _as_it_is(items: Iterable[AgendaItem]) -> Callable[[Meeting], None]:
    """What puts `items` in place of what a draft of the meeting has of them; what it took off stays off."""
    items = list(items)

    def into(latest: Meeting) -> None:
        kept = set(latest.agenda_items.values_list("pk", flat=True))
        latest.agenda_items.add(*(item for item in items if item.pk in kept))

    return into


@transaction.atomic
def remove_agenda_item(actor: User, item: AgendaItem) -> None:
    """Take an item off the agenda; a section of the record that was written under it stays."""
    require(actor, "record", item.meeting)
    meeting = _locked(item.meeting)
    if AgendaDocument.objects.filter(item=item, received_at__isnull=False).exists():
        raise ValidationError(_("There are documents for this item already. Take them away first."))
    audit.record(actor, "agenda item removed", meeting, before={"title": item.title})
    carry_into_what_editors_open(
        actor, meeting, lambda latest: latest.agenda_items.remove(*latest.agenda_items.filter(pk=item.pk))
    )
    item.delete()


# --- their order ---------------------------------------------------------------------------------------------------
@transaction.atomic
def order_agenda(actor: User, meeting: Meeting, keys: list[str]) -> None:
    """Put the items into the order of `keys`, all of them; refused where others are on the agenda by now."""
    require(actor, "record", meeting)
    meeting = _locked(meeting)
    items = {item.key: item for item in _in_order(meeting)}
    if sorted(keys) != sorted(items):
        raise StaleVersion(_("Somebody else has changed the agenda in the meantime. Look at it, then order it again."))
    _put_in_order(actor, meeting, [items[key] for key in keys])


@transaction.atomic
def move_agenda_item(actor: User, item: AgendaItem, step: int) -> None:
    """Move an item up (-1) or down (1) by one; the first and the last stay where they are."""
    require(actor, "record", item.meeting)
    meeting = _locked(item.meeting)
    items = _in_order(meeting)
    place = next(number for number, one in enumerate(items) if one.pk == item.pk)
    moved = items.pop(place)
    items.insert(min(max(place + step, 0), len(items)), moved)
    _put_in_order(actor, meeting, items)


def _in_order(meeting: Meeting) -> list[AgendaItem]:
    return list(AgendaItem.objects.filter(meeting=meeting).numbered())


def _put_in_order(actor: User, meeting: Meeting, items: list[AgendaItem]) -> None:
    before = [item.key for item in sorted(items, key=lambda item: item.number)]
    after = [item.key for item in items]
    if before == after:
        return
    for place, item in enumerate(items):
        item.sort_order = place
    AgendaItem.objects.bulk_update(items, ["sort_order"])
    carry_into_what_editors_open(actor, meeting, _as_it_is(items))
    audit.record(actor, "agenda ordered", meeting, before={"order": before}, after={"order": after})


# --- dealt with, or carried over -----------------------------------------------------------------------------------
@transaction.atomic
def finish_agenda_item(actor: User, item: AgendaItem, is_finished: bool) -> AgendaItem:
    """Say that an item has been dealt with, or that it has not."""
    require(actor, "record", item.meeting)
    item = _latest_item(item)
    if (item.finished_at is not None) == is_finished:
        return item
    item.finished_at = timezone.now() if is_finished else None
    _save_item(actor, item)
    audit.record(actor, "agenda item dealt with" if is_finished else "agenda item reopened", item)
    return item


@transaction.atomic
def carry_over(actor: User, meeting: Meeting) -> list[AgendaItem]:
    """Put what has not been dealt with on the agenda of the next meeting of the series; what is there already is not
    put there again."""
    require(actor, "record", meeting)
    following = selectors.next_of_the_series(meeting, actor)
    if following is None:
        raise ValidationError(_("There is no next meeting of the series to which you could carry anything over."))
    require(actor, "record", following)
    following = _locked(following)
    if not access.is_within(access.audience(following), access.audience(meeting)):
        raise ValidationError(
            _("More people may read the next meeting than this one. Change its marking, or write the items there anew.")
        )
    unfinished = AgendaItem.objects.filter(meeting=meeting, finished_at__isnull=True).numbered()
    carried = set(AgendaItem.objects.filter(meeting=following).values_list("carried_over_from", flat=True))
    made = [_carry(actor, item, following) for item in unfinished.select_related("lead", "rapporteur", "agreement")
            if item.pk not in carried]  # fmt: skip
    if not made:
        raise ValidationError(_("There is nothing to carry over: all is dealt with, or on the next agenda already."))
    after = {"to": following.key, "items": len(made)}
    audit.record(actor, "agenda carried over", meeting, after=after)
    return made


def _carry(actor: User, item: AgendaItem, following: Meeting) -> AgendaItem:
    texts = {name: getattr(item, name) for name in CARRIED_OVER}
    still_held = Post.objects.held_on(following.day).filter(pk=item.rapporteur_id).first()
    copy = AgendaItem(
        meeting=following,
        rapporteur=still_held,
        carried_over_from=item,
        sort_order=_next_place(following),
        **texts,
    )
    _put_on(actor, copy)
    audit.record(actor, "agenda item added", copy, after={"title": copy.title})
    return copy


# --- documents -----------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_document(
    actor: User,
    item: AgendaItem,
    *,
    title: str,
    owner: Organisation | None = None,
    due_on: date | None = None,
    submission: UUID | None = None,
) -> AgendaDocument:
    """Note that a paper is to come for an item, from whom and by when. Sent twice, it is one."""
    require(actor, "record", item.meeting)
    item = _latest_item(item)
    if submission and (sent_before := AgendaDocument.objects.filter(submission=submission).first()):
        return sent_before
    _check_due(due_on, item.meeting)
    document = AgendaDocument(
        item=item, title=title, owner=owner, due_on=due_on, submission=submission, created_by=actor
    )
    document.clean_fields()
    document.save()
    after = {"title": title, "owner": owner and owner.pk, "due_on": audit.plain(due_on)}
    audit.record(actor, "agenda document asked for", document, after=after)
    return document


def _check_due(due_on: date | None, meeting: Meeting) -> None:
    if due_on is not None and due_on > meeting.ends_at.astimezone(meeting.zone).date():
        raise ValidationError({"due_on": _("This is after the meeting.")})


@transaction.atomic
def hand_in_document(actor: User, document: AgendaDocument, files: list[Any]) -> AgendaDocument:
    """Give the files of a paper; more of them may follow. By those who are to send it, and by rapporteurs."""
    if not may_hand_in(actor, document):
        raise PermissionDenied
    if not files:
        raise ValidationError({"files": _("Choose a file.")})
    document = AgendaDocument.objects.select_for_update().get(pk=document.pk)
    attachments.keeper().attach(actor, document.meeting, "contribute", files, came_with=document.pk)
    document.received_at = document.received_at or timezone.now()
    document.save(update_fields=["received_at"])
    audit.record(actor, "agenda document handed in", document, after={"title": document.title, "files": len(files)})
    return document


def may_hand_in(user: access.Reader, document: AgendaDocument) -> bool:
    """Whether `user` may send it. What goes out beyond the space is put there by those who publish in its name."""
    may_attach = attachments.keeper().may_attach
    return access.can(user, "follow_up", document) and may_attach(user, document.meeting)


@transaction.atomic
def withdraw_document(actor: User, document: AgendaDocument) -> None:
    """Wait for a paper no longer. One that has come stays."""
    require(actor, "record", document.meeting)
    document = AgendaDocument.objects.select_for_update().get(pk=document.pk)
    if document.received_at is not None:
        raise ValidationError(_("It has been handed in by now."))
    audit.record(actor, "agenda document withdrawn", document.meeting, before={"title": document.title})
    document.delete()


# --- the worker's round --------------------------------------------------------------------------------------------
def remind_of_documents(now: datetime | None = None) -> int:
    """Remind those who are to send a paper, each time once; how many papers were reminded of."""
    now = now or timezone.now()
    awaited = AgendaDocument.objects.awaited().filter(
        due_on__isnull=False, due_on__lte=now.date() + timedelta(days=selectors.FIRST_REMINDER_DAYS + 1)
    )
    of_coming = awaited.filter(item__meeting__live=True, item__meeting__ends_at__gt=now)
    return sum(_remind(pk, now) for pk in of_coming.values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, now: datetime) -> bool:
    """Another worker's document is left to it; one that has come in meanwhile is nobody's to be reminded of."""
    free = AgendaDocument.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, received_at=None)
    document = free.select_related("item__meeting__audience", "owner").first()
    if document is None or not selectors.is_to_be_reminded_of(document, now):
        return False
    document.reminded_on = now.astimezone(document.meeting.zone).date()
    document.save(update_fields=["reminded_on"])
    recipients = selectors.senders_of(document)
    after = {"due_on": audit.plain(document.due_on)}
    audit.record(None, "agenda document reminded of", document, after=after, details={"recipients": recipients})
    return bool(recipients)
