"""Records: opened, written, circulated, agreed, published, and what they make others do."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation
from coordination.services import StaleVersion, require
from meetings.models import Meeting, Paragraph, Record, RecordState
from meetings.services.circulation import begin_round, check_agreeable, close_round, last_round
from meetings.services.paragraphs import (
    TASK_KINDS,
    drafted,
    earlier_texts,
    follow_the_agenda,
    locked,
    release_tasks,
    reword_tasks,
)

# From each state to those that may follow, and what it takes in the space to go there.
RECORD_TRANSITIONS: dict[str, dict[str, str]] = {
    RecordState.DRAFT: {RecordState.CIRCULATED: "record"},
    RecordState.CIRCULATED: {RecordState.DRAFT: "record", RecordState.AGREED: "manage"},
    # What was agreed is not reopened: mistakes are put right by corrigenda (services.circulation.correct).
    RecordState.AGREED: {RecordState.PUBLISHED: "manage"},
    RecordState.PUBLISHED: {},
}
RECORD_VERBS: dict[str, str] = {
    RecordState.DRAFT: "record reopened",
    RecordState.CIRCULATED: "record circulated",
    RecordState.AGREED: "record agreed",
    RecordState.PUBLISHED: "record published",
}


# --- records -------------------------------------------------------------------------------------------------------
@transaction.atomic
def open_record(actor: User, meeting: Meeting, *, chatham_house: bool = False) -> Record:
    """Begin the record of `meeting`, with a section for each item of its agenda; the second time it is the same one."""
    require(actor, "record", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if opened_before := Record.objects.filter(meeting=meeting).first():
        require(actor, "record", opened_before)
        return opened_before
    record = Record(
        space_id=meeting.space_id,
        meeting=meeting,
        chatham_house=chatham_house,
        language=meeting.language,
        created_by=actor,
    )
    record.save()
    follow_the_agenda(record)
    audit.record(actor, "record opened", record, after={"chatham_house": chatham_house})
    return record


@transaction.atomic
def keep_under_chatham_house(actor: User, record: Record) -> Record:
    """Promise that who spoke is told to none but those who attended. A promise once given is not taken back."""
    record = drafted(actor, record)
    record.chatham_house = True
    record.save(update_fields=["chatham_house", "updated_at"])
    audit.record(actor, "record kept under the Chatham House Rule", record, after={"chatham_house": True})
    return record


@transaction.atomic
def circulate_record(
    actor: User,
    record: Record,
    *,
    organisations: Iterable[Organisation] | None = None,
    due_on: date | None = None,
    note: str = "",
) -> Record:
    """Show the record, and what was made from it, to all whom its marking names, and ask the delegations: those named,
    else those that attended and can answer. With a day, they have until its end."""
    record = locked(record)
    if not Paragraph.objects.filter(section__record=record).exists():
        raise ValidationError(_("Nothing is written in this record yet."))
    was = record.state
    record = _move(actor, record, RecordState.CIRCULATED)
    if was == RecordState.CIRCULATED:  # the same button pressed twice
        return record
    release_tasks(actor, record)
    tasks = Paragraph.objects.filter(section__record=record, kind__in=TASK_KINDS)
    for paragraph in tasks.select_related("section__audience"):
        reword_tasks(actor, paragraph, earlier_texts(paragraph))
    begin_round(actor, record, organisations=organisations, due_on=due_on, note=note)
    return record


@transaction.atomic
def circulate_again(
    actor: User,
    record: Record,
    *,
    after_round: int,
    organisations: Iterable[Organisation] | None = None,
    due_on: date | None = None,
    note: str = "",
) -> Record:
    """Ask the delegations once more, of the text as it stands by now. `after_round` is the round that the form showed:
    sent twice, it is one round."""
    record = locked(record)
    require(actor, "record", record)
    if record.state != RecordState.CIRCULATED:
        raise ValidationError(_("The record cannot go from its state to this one."))
    last = last_round(record)
    number = last.number if last else 0
    if number == after_round + 1:
        return record
    if number != after_round:
        raise StaleVersion
    begun = begin_round(actor, record, organisations=organisations, due_on=due_on, note=note)
    record.state_since = begun.circulated_at
    record.save(update_fields=["state_since", "updated_at"])
    audit.record(actor, "record circulated again", record, after={"version": begun.number})
    return record


@transaction.atomic
def agree_record(actor: User, record: Record, *, reason: str = "") -> Record:
    """The parties have agreed to the record: from now on it is not changed. Without the answer of a delegation that was
    asked it takes a reason."""
    record = locked(record)
    if record.state == RecordState.CIRCULATED:
        require(actor, "manage", record)
        check_agreeable(record, reason=reason)
    record = _move(actor, record, RecordState.AGREED, reason=reason.strip())
    close_round(last_round(record))
    return record


def publish_record(actor: User, record: Record) -> Record:
    """The agreed record is final, for everyone whom its marking names."""
    return _move(actor, record, RecordState.PUBLISHED)


@transaction.atomic
def reopen_record(actor: User, record: Record, *, reason: str = "") -> Record:
    """Make what circulates a draft again. The delegations are asked anew when it circulates again."""
    record = _move(actor, record, RecordState.DRAFT, reason=reason.strip())
    close_round(last_round(record))
    return record


@transaction.atomic
def _move(actor: User, record: Record, state: str, reason: str = "") -> Record:
    record = locked(record)
    before = record.state
    if before == state:  # the same button pressed twice
        require(actor, "record", record)
        return record
    verb = RECORD_TRANSITIONS[before].get(state)
    if verb is None:
        raise ValidationError(_("The record cannot go from its state to this one."))
    require(actor, verb, record)
    record.state, record.state_since = state, timezone.now()
    record.save(update_fields=["state", "state_since", "updated_at"])
    access.settle(record)
    audit.record(actor, RECORD_VERBS[state], record, before={"state": before}, after={"state": state}, reason=reason)
    return record


def steps_for(user: access.Reader, record: Record) -> list[str]:
    """The states to which `user` may take the record now."""
    return [state for state, verb in RECORD_TRANSITIONS[record.state].items() if access.can(user, verb, record)]
