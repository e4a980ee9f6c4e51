"""A record with the delegations, as a reader may see it: versions, what is different between two of them, comments,
answers and corrigenda. Whose something is, is told by `access.may_see_names` only, and to those whose it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from coordination import access
from coordination.consolidation import Run, differences
from meetings import services
from meetings.models import (
    SPOKEN_KINDS,
    Answer,
    AnswerKind,
    CommentState,
    Corrigendum,
    Paragraph,
    Record,
    RecordComment,
    Round,
    VersionParagraph,
    named,
)
from meetings.selectors.records import SPEAKER_ROWS, know_who_attended
from meetings.words import ChangedSection, Wording, compare

# The text as it stands, where the number of a version is asked for.
PRESENT = 0


# --- versions ------------------------------------------------------------------------------------------------------
def rounds_of(record: Record) -> list[Round]:
    """Its rounds, the first one first."""
    rounds = list(Round.objects.filter(record=record).order_by("number"))
    for one in rounds:
        one.record = record
    return rounds


def wordings_of(record: Record, number: int, user: access.Reader) -> list[Wording]:
    """The paragraphs of a version, or of the record as it stands (`PRESENT`), as `user` may see them."""
    with_names = access.may_see_names(user, record)
    if number == PRESENT:
        rows = Paragraph.objects.filter(section__record=record).readable_by(user)
        rows = rows.select_related("section", *SPEAKER_ROWS).order_by("section__number", "section", "position", "pk")
        return [_wording(row, row.section.number, row.section.title, with_names) for row in rows]
    kept = VersionParagraph.objects.filter(round__record=record, round__number=number).readable_by(user)
    kept = kept.select_related(*SPEAKER_ROWS)
    return [_wording(row, row.section_number, row.section_title, with_names) for row in kept]


def _wording(row: Any, number: int, title: str, with_names: bool) -> Wording:
    is_named = row.kind in SPOKEN_KINDS and with_names
    return Wording(
        key=row.key,
        section=row.section_id,
        heading=f"{number}. {title}" if title else str(number),
        kind=row.get_kind_display(),
        text=row.text,
        speaker=named(row.speaker_organisation, row.speaker_post, row.speaker_person) if is_named else "",
        on_behalf_of=str(row.on_behalf_of or "") if is_named else "",
    )


def differences_between(record: Record, before: int, after: int, user: access.Reader) -> list[ChangedSection]:
    """What is different between two versions, as far as `user` may see them."""
    return compare(wordings_of(record, before, user), wordings_of(record, after, user))


# --- comments ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownComment:
    """A comment without anything that its reader may not see."""

    key: str
    anchor: str
    # Empty where the reader may not know whose it is.
    whose: str
    is_own: bool
    text: str
    wording: list[Run]
    version: int
    made_at: datetime
    state: str
    state_label: str
    reply: str
    may_withdraw: bool
    may_decide: bool


def comments_of(record: Record, user: access.Reader) -> dict[str, list[ShownComment]]:
    """What is said of the paragraphs, by the key of each; of one that is gone, under nothing. Two queries."""
    rows = RecordComment.objects.filter(round__record=record).readable_by(user)
    rows = rows.select_related("round", "organisation", "author", "paragraph", "section__audience")
    with_names = access.may_see_names(user, record)
    found: dict[str, list[ShownComment]] = {}
    for row in rows:
        row.round.record = row.section.record = record
        found.setdefault(row.paragraph.key if row.paragraph else "", []).append(_comment(row, user, with_names))
    return found


def _comment(row: RecordComment, user: access.Reader, with_names: bool) -> ShownComment:
    is_open = row.state == CommentState.OPEN and not row.round.record.is_frozen
    is_own = user.is_authenticated and (
        row.author_id == user.pk or (row.organisation_id is not None and row.organisation_id == user.organisation_id)
    )
    whose = row.organisation.acronym if row.organisation else row.author.name
    return ShownComment(
        key=row.key,
        anchor=row.anchor,
        whose=whose if with_names or is_own else "",
        is_own=is_own,
        text=row.text,
        wording=differences(row.words_then, row.wording) if row.wording else [],
        version=row.round.number,
        made_at=row.made_at,
        state=row.state,
        state_label=row.get_state_display(),
        reply=row.reply,
        may_withdraw=is_open and services.may_withdraw(user, row),
        may_decide=is_open and access.can(user, "record", row),
    )


# --- answers -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownAnswer:
    """What a delegation says, to those who may know that."""

    organisation: str
    kind: str
    label: str
    # Whether the reader is told only that there is an answer, not which.
    is_withheld: bool


@dataclass(frozen=True)
class Standing:
    """How far a round is."""

    round: Round
    is_open: bool
    is_over: bool
    # For those who keep the record; nothing for all others.
    answers: list[ShownAnswer]
    answered: int
    asked: int
    is_changed_since: bool


def standing_of(record: Record, user: access.Reader) -> Standing | None:
    """The last round, with who has answered for those who keep the record."""
    last = services.last_round(record)
    if last is None:
        return None
    last.record = record
    keeps = access.can(user, "record", record)
    rows = list(_answers(last)) if keeps else []
    return Standing(
        round=last,
        is_open=last.is_open(),
        is_over=last.is_over(),
        answers=[_answer(row, access.may_see_names(user, record)) for row in rows],
        answered=sum(not row.is_awaited for row in rows),
        asked=len(rows),
        is_changed_since=keeps and not record.is_frozen and services.is_changed_since(last),
    )


def _answers(last: Round) -> QuerySet[Answer]:
    return last.answers.select_related("organisation")


def _answer(row: Answer, with_names: bool) -> ShownAnswer:
    """Under the Chatham House Rule an answer with its words leads to who said them."""
    is_withheld = not with_names and row.kind in (AnswerKind.AGREED, AnswerKind.RESERVATION)
    return ShownAnswer(
        organisation=row.organisation.name,
        kind="" if is_withheld else row.kind,
        label="" if is_withheld else row.get_kind_display(),
        is_withheld=is_withheld,
    )


@dataclass(frozen=True)
class ShownReservation:
    text: str
    # Empty where the reader may not know whose it is.
    whose: str


@dataclass(frozen=True)
class Outcome:
    """What the delegations said of a record as a whole, as far as its reader may know."""

    reservations: list[ShownReservation]
    # Those that agreed to an agreed record, by name.
    agreed_by: list[str]


def outcomes_of_each(records: list[Record], user: access.Reader) -> dict[int, Outcome]:
    """By the keys of the records, in two queries however many they are. Reservations are for everybody who reads the
    record; while it is with the delegations, for those who keep it."""
    last = {each.record_id: each for each in Round.objects.filter(record__in=records).order_by("number")}
    given: dict[int, list[Answer]] = {each.pk: [] for each in last.values()}
    for row in Answer.objects.filter(round__in=given).select_related("organisation"):
        given[row.round_id].append(row)
    know_who_attended(records)
    return {record.pk: _outcome(record, user, given[last[record.pk].pk] if record.pk in last else [])
            for record in records}  # fmt: skip


def _outcome(record: Record, user: access.Reader, rows: list[Answer]) -> Outcome:
    with_names = access.may_see_names(user, record)
    reservations = [
        ShownReservation(row.reservation, row.organisation.name if with_names or _is_of(user, row) else "")
        for row in rows
        if row.kind == AnswerKind.RESERVATION
    ]
    may_know = bool(reservations) and (record.is_frozen or access.can(user, "record", record))
    agreed = [row.organisation.name for row in rows if not row.is_awaited] if record.is_frozen and with_names else []
    return Outcome(reservations if may_know else [], agreed)


def reservations_on(record: Record, user: access.Reader) -> list[ShownReservation]:
    return outcomes_of_each([record], user)[record.pk].reservations


def agreed_by(record: Record, user: access.Reader) -> list[str]:
    return outcomes_of_each([record], user)[record.pk].agreed_by


def _is_of(user: access.Reader, answer: Answer) -> bool:
    return user.is_authenticated and user.organisation_id == answer.organisation_id


# --- corrigenda ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownCorrigendum:
    anchor: str
    runs: list[Run]
    text: str
    reason: str
    made_at: datetime


def corrigenda_of(record: Record, user: access.Reader) -> dict[str, list[ShownCorrigendum]]:
    """What was put right after it was agreed, by the key of the paragraph. One query."""
    return corrigenda_of_each([record], user)


def corrigenda_of_each(records: list[Record], user: access.Reader) -> dict[str, list[ShownCorrigendum]]:
    """The same for many records: keys of paragraphs occur once."""
    rows = Corrigendum.objects.filter(paragraph__section__record__in=records).readable_by(user)
    found: dict[str, list[ShownCorrigendum]] = {}
    for row in rows.select_related("paragraph"):
        found.setdefault(row.paragraph.key, []).append(
            ShownCorrigendum(row.anchor, differences(row.before, row.text), row.text, row.reason, row.made_at)
        )
    return found
