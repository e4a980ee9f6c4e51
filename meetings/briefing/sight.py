"""What one reader sees of a visit and of what lies behind it: asked for once for all of its meetings."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from coordination import access
from coordination import selectors as coordination
from coordination.consolidation import Consolidated
from coordination.models import Action, Agreement, AgreementState, Amendment, Article, Commitment, Organisation
from meetings.counterparts import Card, Owed, cards_of, commitments_between, paragraphs_of
from meetings.itinerary import Slot
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    BriefingPack,
    BriefingText,
    Meeting,
    Paragraph,
    Record,
    RecordState,
    Visit,
)
from meetings.selectors.records import know_who_attended
from meetings.selectors.visits import Itinerary, itinerary_of

# What is looked through at most for all meetings together; of it a section shows what fits.
LOOKED_THROUGH = 500
EARLIER_LOOKED_THROUGH = 1000


class Sight:
    """Of a whole programme, or with `only` of the one meeting that has this key."""

    def __init__(self, pack: BriefingPack, user: access.Reader, only: str | None = None) -> None:
        self.pack, self.user, self.only = pack, user, only

    @property
    def visit(self) -> Visit:
        return self.pack.visit

    @cached_property
    def today(self) -> Any:
        return timezone.localdate()

    # --- the programme ---------------------------------------------------------------------------------------------
    @cached_property
    def itinerary(self) -> Itinerary:
        itinerary = itinerary_of(self.visit, self.user)
        rows: list[Any] = [*itinerary.members, *(slot.entry for slot in itinerary.slots if slot.entry)]
        for row in rows:
            row.visit = self.visit  # known already: each is asked for its marking
        return itinerary

    @cached_property
    def slots(self) -> list[Slot]:
        """Those of the meetings that are looked at."""
        return [slot for slot in self.itinerary.slots if slot.meeting and self.only in (None, slot.key)]

    @cached_property
    def meetings(self) -> list[Meeting]:
        return [slot.meeting for slot in self.slots if slot.meeting]

    @cached_property
    def programme(self) -> list[Meeting]:
        """All of them."""
        return [slot.meeting for slot in self.itinerary.slots if slot.meeting]

    @cached_property
    def met_at(self) -> dict[int, list[Organisation]]:
        """The organisations that the delegation meets, by meeting."""
        found: dict[int, list[Organisation]] = {}
        for slot in self.slots:
            if slot.meeting:
                organisations = (one.organisation for one in slot.counterparts)
                found[slot.meeting.pk] = list(dict.fromkeys(organisations))
        return found

    @cached_property
    def organisations_met(self) -> set[int]:
        return {one.pk for organisations in self.met_at.values() for one in organisations}

    @cached_property
    def cards(self) -> list[Card]:
        return cards_of(self.itinerary, self.user, self.owed, self._words_of)

    def _words_of(self, meetings: set[int]) -> list[Paragraph]:
        """Those of the meetings of last time are asked for along with these."""
        last = {record.meeting_id for record in self.last_time.values()}
        found = paragraphs_of(meetings | last, self.user)
        self.__dict__["paragraphs"] = self._by_record([one for one in found if one.section.record.meeting_id in last])
        return [one for one in found if one.section.record.meeting_id in meetings]

    # --- what is written -------------------------------------------------------------------------------------------
    @cached_property
    def texts(self) -> list[BriefingText]:
        """What was written, as far as the reader may read it; of a meeting, where the reader may read the meeting."""
        rows = (
            BriefingText.objects.readable_by(self.user)
            .filter(pack=self.pack)
            .select_related("audience", "own_audience", "updated_by")
        )
        rows = rows.filter(Q(meeting=None) | Q(meeting__in=Meeting.live_pages().readable_by(self.user).values("pk")))
        found = list(rows)
        for text in found:
            text.pack = self.pack
        return found

    @cached_property
    def left_over(self) -> list[Meeting]:
        """The meetings that something was written of and that are not in the programme any more."""
        keys = {text.meeting_id for text in self.texts} - {None} - {meeting.pk for meeting in self.programme}
        if not keys:
            return []
        return list(Meeting.live_pages().readable_by(self.user).filter(pk__in=keys).order_by("starts_at", "pk"))

    # --- the agenda ------------------------------------------------------------------------------------------------
    @cached_property
    def agenda(self) -> dict[int, list[AgendaItem]]:
        """By meeting; `about` is the agreement that an item is about, where the reader may read it."""
        rows = AgendaItem.objects.filter(meeting__in=self.meetings).numbered()
        by_key = {meeting.pk: meeting for meeting in self.meetings}
        found: dict[int, list[AgendaItem]] = {}
        for item in rows.select_related("lead", "agreement__audience"):
            item.meeting = by_key[item.meeting_id]
            item.about = access.if_readable(self.user, item.agreement)
            found.setdefault(item.meeting_id, []).append(item)
        return found

    @cached_property
    def documents(self) -> dict[int, list[AgendaDocument]]:
        items = {item.pk: item for agenda in self.agenda.values() for item in agenda}
        found: dict[int, list[AgendaDocument]] = {}
        for document in AgendaDocument.objects.filter(item__in=items).select_related("owner"):
            document.item = items[document.item_id]
            found.setdefault(document.item.meeting_id, []).append(document)
        return found

    # --- last time -------------------------------------------------------------------------------------------------
    @cached_property
    def last_time(self) -> dict[int, Record]:
        """By meeting, the record of the latest one before it: of its series, else with one of those whom it meets."""
        if not self.meetings:
            return {}
        at = self._earlier_records()
        records = list(at)
        return {
            meeting.pk: record
            for meeting in self.meetings
            if (record := self._latest_before(meeting, records, at)) is not None
        }

    def _earlier_records(self) -> dict[Record, set[int]]:
        """The latest first, each with who was there of those whom the delegation meets. One query: a row for each of
        them and each record."""
        series = {meeting.series_id for meeting in self.meetings} - {None}
        like_these = Q(meeting__series__in=series) | Q(meeting__organiser__in=self.organisations_met)
        like_these |= Q(meeting__attendance__organisation__in=self.organisations_met)
        rows = (
            Record.objects.of_live_meetings()
            .readable_by(self.user)
            .exclude(state=RecordState.DRAFT)
            .filter(like_these, meeting__starts_at__lt=max(meeting.starts_at for meeting in self.meetings))
            .annotate(was_there=F("meeting__attendance__organisation"))
            .order_by("-meeting__starts_at", "-pk")
        )
        found: dict[Record, set[int]] = {}
        for row in rows[:EARLIER_LOOKED_THROUGH]:
            found.setdefault(row, {row.meeting.organiser_id}).add(row.was_there)
        return found

    def _latest_before(self, meeting: Meeting, records: list[Record], at: dict[Record, set[int]]) -> Record | None:
        before = [one for one in records if one.meeting.starts_at < meeting.starts_at and one.meeting_id != meeting.pk]
        of_series = [one for one in before if one.meeting.series_id and one.meeting.series_id == meeting.series_id]
        met = {one.pk for one in self.met_at[meeting.pk]}
        with_them = [one for one in before if at[one] & met]
        return next(iter([*of_series, *with_them]), None)

    @cached_property
    def paragraphs(self) -> dict[int, list[Paragraph]]:
        """Of these records, by record."""
        return self._by_record(paragraphs_of({record.meeting_id for record in self.last_time.values()}, self.user))

    def _by_record(self, paragraphs: list[Paragraph]) -> dict[int, list[Paragraph]]:
        records = {record.pk: record for record in self.last_time.values()}
        found: dict[int, list[Paragraph]] = {}
        for paragraph in paragraphs:
            paragraph.section.record = records[paragraph.section.record_id]
            found.setdefault(paragraph.section.record_id, []).append(paragraph)
        return found

    def may_see_names(self, record: Record) -> bool:
        know_who_attended(self.last_time.values())
        return access.may_see_names(self.user, record)

    # --- what is open ----------------------------------------------------------------------------------------------
    @cached_property
    def commitments(self) -> list[Commitment]:
        """What those whom the delegation meets owe, and what its own organisation does; the first due first."""
        return list(self.owed)

    @cached_property
    def owed(self) -> Owed:
        return commitments_between(self.visit, self.organisations_met, self.user)

    @cached_property
    def actions(self) -> list[Action]:
        spaces = {self.visit.space_id, *(meeting.space_id for meeting in self.meetings)}
        owners = {self.visit.organisation_id, *self.organisations_met}
        rows = Action.objects.standing().readable_by(self.user).filter(owner__in=owners, space__in=spaces)
        return list(rows.select_related("audience", "owner")[:LOOKED_THROUGH])

    def owed_at(self, meeting: Meeting) -> tuple[list[Commitment], list[Commitment]]:
        """What those whom the delegation meets there owe, and what the delegation's organisation owes them."""
        met, us = {one.pk for one in self.met_at[meeting.pk]}, self.visit.organisation_id
        theirs = [one for one in self.commitments if one.party_id in met]
        here = {self.visit.space_id, meeting.space_id}
        ours = [
            one
            for one in self.commitments
            if one.party_id == us and (one.owed_to_id in met or (one.owed_to_id is None and one.space_id in here))
        ]
        return theirs, ours

    def to_be_done_at(self, meeting: Meeting) -> list[Action]:
        met, us = {one.pk for one in self.met_at[meeting.pk]}, self.visit.organisation_id
        return [
            one
            for one in self.actions
            if one.owner_id in met or (one.owner_id == us and one.space_id == meeting.space_id)
        ]

    # --- agreements ------------------------------------------------------------------------------------------------
    def agreements_at(self, meeting: Meeting) -> dict[int, Agreement]:
        """Those on its agenda, and those under which something is owed by or to those who are met."""
        found = {item.about.pk: item.about for item in self.agenda.get(meeting.pk, []) if item.about}
        for commitment in (one for owed in self.owed_at(meeting) for one in owed):
            agreement = commitment.article and access.if_readable(self.user, commitment.article.agreement)
            if agreement:
                found.setdefault(agreement.pk, agreement)
        return found

    @cached_property
    def agreements(self) -> dict[int, Agreement]:
        return {key: one for meeting in self.meetings for key, one in self.agreements_at(meeting).items()}

    @cached_property
    def articles(self) -> dict[int, list[Article]]:
        found: dict[int, list[Article]] = {}
        for article in Article.objects.filter(agreement__in=self.agreements):
            article.agreement = self.agreements[article.agreement_id]
            found.setdefault(article.agreement_id, []).append(article)
        return found

    @cached_property
    def amendments(self) -> dict[int, list[Amendment]]:
        """What changes these agreements, of what the reader may read, by the agreement that is changed."""
        rows = (
            Amendment.objects.readable_by(self.user)
            .filter(agreement__amends__in=self.agreements, agreement__live=True)
            .exclude(agreement__state=AgreementState.NEGOTIATION)
            .select_related("agreement__audience")
            .order_by("takes_effect_on", "agreement_id", "sort_order")
        )
        found: dict[int, list[Amendment]] = {}
        for amendment in rows:
            found.setdefault(amendment.agreement.amends_id, []).append(amendment)
        return found

    def text_today(self, agreement: Agreement) -> Iterator[tuple[Consolidated, Article | Amendment]]:
        """Its articles as they stand today, each with the row that says so: the article, or what changed it last."""
        articles, amendments = self.articles.get(agreement.pk, []), self.amendments.get(agreement.pk, [])
        rows: dict[str, Any] = {one.key: one for one in (*articles, *amendments)}
        for one in coordination.consolidation_of(articles, amendments, self.today).articles:
            if not one.is_deleted:
                yield one, rows[one.changes[-1].key if one.changes else one.key]
