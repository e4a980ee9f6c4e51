"""Counterpart cards: of everybody whom a delegation meets, what its reader may know of earlier."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q

from coordination import access
from coordination.models import Commitment, Post
from meetings.itinerary import Counterpart, Identity, Slot, who
from meetings.models import Attendance, Meeting, Paragraph, ParagraphKind, Visit
from meetings.selectors.records import SPEAKER_ROWS, know_who_attended
from meetings.selectors.visits import Itinerary

# A card shows what fits on half a page of a briefing; the record of each meeting has the rest.
EARLIER_MEETINGS = 5
_LOOKED_AT = 1000
_COMMITMENTS_LOOKED_AT = 2000
AGREED = (ParagraphKind.DECISION, ParagraphKind.COMMITMENT)


@dataclass(frozen=True)
class Earlier:
    """A meeting that the counterpart was at before, or whoever held the post then."""

    meeting: Meeting
    # Who was there, where it was the predecessor.
    predecessor: str = ""
    said: list[Paragraph] = field(default_factory=list)
    agreed: list[Paragraph] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    counterpart: Counterpart
    slots: list[Slot]
    predecessor: Post | None
    earlier: list[Earlier]
    they_owe: list[Commitment]
    we_owe: list[Commitment]


# Commitments, each with the parties to the agreement under which it is owed.
Owed = dict[Commitment, set[int]]
# The paragraphs of the records of these meetings, as far as the reader may read them, in their order.
WordsOf = Callable[[set[int]], Iterable[Paragraph]]


def cards_of(
    itinerary: Itinerary,
    user: access.Reader,
    commitments: Owed | None = None,
    words_of: WordsOf | None = None,
) -> list[Card]:
    """A card for each counterpart of the programme; as many queries for thirty as for one. Whoever has asked for the
    commitments (`commitments_between`) or asks for the paragraphs anyhow gives them."""
    counterparts = list(itinerary.counterparts)
    if not counterparts:
        return []
    predecessors = _predecessors(counterparts, user)
    earlier = _earlier(itinerary, counterparts, user, words_of or (lambda meetings: paragraphs_of(meetings, user)))
    met = {one.organisation.pk for one in counterparts}
    owed = _owed(
        itinerary.visit, met, commitments_between(itinerary.visit, met, user) if commitments is None else commitments
    )
    return [
        Card(
            counterpart=one,
            slots=slots,
            predecessor=predecessors.get(one.post.pk) if one.post else None,
            earlier=earlier[one.identity],
            they_owe=owed[one.organisation.pk][0],
            we_owe=owed[one.organisation.pk][1],
        )
        for one, slots in itinerary.counterparts.items()
    ]


def _predecessors(counterparts: Iterable[Counterpart], user: access.Reader) -> dict[int, Post]:
    """By the key of the post, who held it before: the last whose time ended before this one's began."""
    posts = [one.post for one in counterparts if one.post]
    rows = (
        Post.objects.known_to(user)
        .filter(succession__in={post.succession for post in posts}, ends_on__isnull=False)
        .exclude(person=None)
        .select_related("person", "organisation")
        .order_by("ends_on")
    )
    before = list(rows)
    return {
        post.pk: held[-1]
        for post in posts
        if (held := [one for one in before if one.succession == post.succession and _is_before(one, post)])
    }


def _is_before(one: Post, post: Post) -> bool:
    return one.pk != post.pk and one.person_id != post.person_id and (
        post.starts_on is None or (one.ends_on is not None and one.ends_on <= post.starts_on)
    )  # fmt: skip


# --- earlier meetings ----------------------------------------------------------------------------------------------
def _earlier(
    itinerary: Itinerary, counterparts: list[Counterpart], user: access.Reader, words_of: WordsOf
) -> dict[Identity, list[Earlier]]:
    rows = _attended(itinerary, counterparts, user)
    met = {one.identity: _latest_of(one, rows) for one in counterparts}
    shown = {row.meeting_id for attended in met.values() for row in attended}
    said, agreed = _words(words_of(shown), user)
    return {
        one.identity: [
            Earlier(
                meeting=row.meeting,
                predecessor="" if who(row) == one.identity or not one.is_named else str(row),
                said=[each for each in said.get(row.meeting_id, []) if _spoke(each, row)],
                agreed=agreed.get(row.meeting_id, []),
            )
            for row in met[one.identity]
        ]
        for one in counterparts
    }


def _attended(itinerary: Itinerary, counterparts: list[Counterpart], user: access.Reader) -> list[Attendance]:
    """Where counterparts, or those in their posts before them, were before this visit, the latest first."""
    people = [key for kind, key in (one.identity for one in counterparts) if kind == "person"]
    successions = [one.post.succession for one in counterparts if one.post]
    as_a_whole = [one.organisation.pk for one in counterparts if not one.is_named]
    before = Meeting.live_pages().readable_by(user).filter(starts_at__lt=itinerary.slots[0].starts_at)
    rows = (
        Attendance.objects.for_lists()
        .filter(meeting__in=before.values("pk"))
        .filter(
            Q(person__in=people)
            | Q(post__person__in=people)
            | Q(post__succession__in=successions)
            | Q(organisation__in=as_a_whole)
        )
        .select_related("meeting__audience")
        .order_by("-meeting__starts_at", "pk")
    )
    return list(rows[:_LOOKED_AT])


def _latest_of(one: Counterpart, rows: Iterable[Attendance]) -> list[Attendance]:
    """One row for each meeting: the counterpart's own before the predecessor's."""
    found: dict[int, Attendance] = {}
    for row in rows:
        if not _is_of(one, row):
            continue
        present = found.get(row.meeting_id)
        if present is None or (who(present) != one.identity and who(row) == one.identity):
            found[row.meeting_id] = row
    return list(found.values())[:EARLIER_MEETINGS]


def _is_of(one: Counterpart, row: Attendance) -> bool:
    if not one.is_named:
        return row.organisation_id == one.organisation.pk
    same_post = one.post is not None and row.post is not None and row.post.succession == one.post.succession
    return who(row) == one.identity or same_post


def paragraphs_of(meetings: Iterable[int], user: access.Reader) -> list[Paragraph]:
    rows = Paragraph.objects.readable_by(user).filter(section__record__meeting__in=list(meetings))
    rows = rows.select_related("section__audience", "section__record__meeting", *SPEAKER_ROWS)
    return list(rows.order_by("section__number", "section", "position", "pk"))


def _words(
    paragraphs: Iterable[Paragraph], user: access.Reader
) -> tuple[dict[int, list[Paragraph]], dict[int, list[Paragraph]]]:
    """The statements whose speakers `user` may know, and what was agreed, by meeting."""
    said: dict[int, list[Paragraph]] = {}
    agreed: dict[int, list[Paragraph]] = {}
    paragraphs = [one for one in paragraphs if one.kind in (ParagraphKind.STATEMENT, *AGREED)]
    know_who_attended(paragraph.section.record for paragraph in paragraphs)
    for paragraph in paragraphs:
        record = paragraph.section.record
        if paragraph.kind != ParagraphKind.STATEMENT:
            agreed.setdefault(record.meeting_id, []).append(paragraph)
        elif access.may_see_names(user, record):
            said.setdefault(record.meeting_id, []).append(paragraph)
    return said, agreed


def _spoke(paragraph: Paragraph, row: Attendance) -> bool:
    """Whether it was whoever this row names; for an organisation as a whole, whoever spoke for it."""
    if not row.is_named:
        return row.organisation_id in (paragraph.speaker_organisation_id, paragraph.on_behalf_of_id)
    post = paragraph.speaker_post
    person = paragraph.speaker_person_id or (post.person_id if post else None)
    mine = row.person_id or (row.post.person_id if row.post else None)
    if mine is not None:
        return person == mine
    return post is not None and post.pk == row.post_id


# --- commitments ---------------------------------------------------------------------------------------------------
def commitments_between(visit: Visit, met: Collection[int], user: access.Reader) -> Owed:
    """What the organisations that are met owe, and what the delegation's own does; the first due first. One query."""
    rows = (
        Commitment.objects.standing()
        .readable_by(user)
        .for_lists()
        .filter(party__in={visit.organisation_id, *met})
        .annotate(of_party=F("article__agreement__parties__organisation"))
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    # One row for each party of the agreement.
    found: Owed = {}
    for row in rows[:_COMMITMENTS_LOOKED_AT]:
        found.setdefault(row, set()).update({row.of_party} - {None})
    return found


def _owed(
    visit: Visit, met: Collection[int], commitments: Owed
) -> dict[int, tuple[list[Commitment], list[Commitment]]]:
    """By organisation, what it still owes the delegation's and what that owes it."""
    us = visit.organisation_id
    owed: dict[int, tuple[list[Commitment], list[Commitment]]] = {key: ([], []) for key in met}
    for one, parties in commitments.items():
        # Owed to nobody named, it is owed to the parties of its agreement; under none, to those in the space.
        owed_to = {one.owed_to_id} if one.owed_to_id else parties
        if one.party_id in owed and (us in owed_to or _is_owed_in(visit, one)):
            owed[one.party_id][0].append(one)
        elif one.party_id == us:
            for key in owed_to & owed.keys():
                owed[key][1].append(one)
    return owed


def _is_owed_in(visit: Visit, one: Commitment) -> bool:
    return one.owed_to_id is None and one.article_id is None and one.space_id == visit.space_id
