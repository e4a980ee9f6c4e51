"""The world that the walk goes through: nine readers, and content of every kind in all five markings.

A canary, one for each object, stands in every text that the object has: title, body, alternative text, file name, file
content, report, message. `Planted.root` is what `coordination.access` is asked about, and nothing else is.
"""

import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from coordination import access, audit, services
from coordination.models import (
    ActionDependency,
    ActionUpdate,
    AgreementMove,
    AgreementRelation,
    AgreementText,
    Amendment,
    Article,
    Commitment,
    FilteredList,
    Import,
    ImportProgress,
    Marking,
    Party,
    Person,
    Post,
    ProgressReport,
    Role,
    Space,
    Topic,
)
from discussion import changes, drafts, files
from discussion import services as discussion
from discussion.models import Draft, MessageReport, MessageTranslation, Notification, ReadMark, Standing
from knowledge import services as knowledge
from meetings.models import (
    AgendaItem,
    Answer,
    BriefingPack,
    BriefingPaper,
    BriefingText,
    ItineraryEntry,
    Letter,
    LetterTemplate,
    RecordComment,
    Round,
    VersionParagraph,
    VisitMember,
)
from search import ledger
from tests import factories as make

OPEN_MARKINGS = (Marking.CLEAR, Marking.GREEN, Marking.AMBER)
NAMED_MARKINGS = (Marking.AMBER_STRICT, Marking.RED)
# When planting begins, and when everybody looks.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
# A word that every title holds: what is looked for, since the answer repeats the words of the question.
COMMON = "seekword"
_numbers = itertools.count(100)


def canary(number: int) -> str:
    return f"zq{number}x"


@dataclass(frozen=True, eq=False)
class Planted:
    """One thing that may leak: an object or a part of one, with its canary."""

    kind: str
    marking: str
    obj: Any
    root: Any
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def canary(self) -> str:
        return canary(self.number)

    @property
    def key(self) -> str | None:
        return getattr(self.obj, "key", None)

    @property
    def reference(self) -> str | None:
        return getattr(self.obj, "short_reference", None)

    def __str__(self) -> str:
        return f"{self.kind} {self.marking} ({self.canary})"


class Part:
    """Of what can be read of `obj`, that for those alone who hold one of these tokens besides."""

    audience_path = "audience"

    def __init__(self, obj: Any, tokens: frozenset[str]) -> None:
        self.audience = Tokens(access.meet(access.audience(obj), tokens))
        self.space_id = obj.space_id


@dataclass(frozen=True)
class Tokens:
    tokens: frozenset[str]


class World:
    """Two spaces, the readers, and what has been planted so far."""

    def __init__(self, clock: Any) -> None:
        # Each thing comes a second after the one before: what is new stands first, where lists are cut off.
        self.clock, self.now = clock, NOON
        self.planted: list[Planted] = []
        self.news: list[tuple[Any, Notification, Planted]] = []
        self.fia, self.moi = make.make_organisation("FIA"), make.make_organisation("MOI")
        self.topic = Topic.objects.first() or Topic.objects.create(slug="border-management", name="Border management")
        number = next(_numbers)
        self.space = make.make_space(f"{COMMON} space {canary(number)}", description=canary(number))
        self._note("space", self.space.marking, self.space, number=number)
        self.other_space = make.make_space("Another space")
        self.readers = self._readers()
        # Whom AMBER+STRICT and RED name besides: somebody who is none of the nine, and writes in everybody's place.
        self.confidant = make.make_member(self.space, Role.CONTRIBUTOR, self.fia, name="Confidant")
        Person.objects.create(name="Confidant", user=self.confidant)
        self.by_canary: dict[int, Planted] = {}
        self.by_key: dict[str, Planted] = {}

    def _readers(self) -> dict[str, Any]:
        space = self.space
        return {
            "anonymous": AnonymousUser(),
            "signed in without a space": make.make_user(name="Nobody"),
            "reader": make.make_member(space, Role.READER, self.fia, name="Reader"),
            "contributor": make.make_member(space, Role.CONTRIBUTOR, self.moi, name="Contributor"),
            "rapporteur": make.make_member(space, Role.RAPPORTEUR, self.fia, name="Rapporteur"),
            "chair": make.make_member(space, Role.CHAIR, self.moi, name="Chair"),
            "chair of another space": make.make_member(self.other_space, Role.CHAIR, self.fia, name="Elsewhere"),
            "secretariat": make.make_user(name="Secretariat", platform_role="secretariat"),
            "auditor": make.make_user(name="Auditor", platform_role="auditor"),
        }

    # --- what access says ------------------------------------------------------------------------------------------
    def may_read(self, reader: str, planted: Planted) -> bool:
        """The expected side: from tokens alone, never by a queryset."""
        return not access.principals(self.readers[reader]).isdisjoint(access.audience(planted.root))

    def of_kind(self, *kinds: str) -> list[Planted]:
        return [one for one in self.planted if one.kind in kinds]

    def readable(self, reader: str, *kinds: str) -> set[Planted]:
        return {one for one in self.of_kind(*kinds) if self.may_read(reader, one)}

    # --- planting --------------------------------------------------------------------------------------------------
    def plant(self, markings: tuple[str, ...]) -> None:
        with ledger.gathering():
            for marking in markings:
                self._plant_all_kinds(marking)
        self._index()

    def _next_second(self) -> None:
        self.now += timedelta(seconds=1)
        self.clock.move_to(self.now)

    def _index(self) -> None:
        self.by_canary = {one.number: one for one in self.planted}
        self.by_key = {one.key: one for one in self.planted if one.key}
        self.by_key |= {one.reference: one for one in self.planted if one.reference}
        self.clock.move_to(LATER)

    def _note(self, kind: str, marking: str, obj: Any, root: Any = None, number: int | None = None) -> Planted:
        self._next_second()
        values = {} if number is None else {"number": number}
        self.planted.append(planted := Planted(kind, marking, obj, root or obj, **values))
        return planted

    def _page(self, kind: str, marking: str, make_page: Any, /, **fields: Any) -> Any:
        """A page with its canary in the title, and wherever `fields` say `CANARY`."""
        self._next_second()
        number = next(_numbers)
        word = canary(number)
        fields = {name: word if value == "CANARY" else value for name, value in fields.items()}
        obj = make_page(self.space, title=f"{COMMON} {kind} {word}", **fields)
        self._note(kind, marking, self._marked(obj, marking), number=number)
        return obj

    def _marked(self, obj: Any, marking: str) -> Any:
        users = [self.readers["chair"], self.confidant]
        return make.mark(obj, marking, organisations=[self.fia], users=users)

    def _part(self, kind: str, marking: str, root: Any, make_part: Any) -> Any:
        number = next(_numbers)
        obj = make_part(canary(number))
        self._note(kind, marking, obj, root, number)
        return obj

    def _plant_all_kinds(self, marking: str) -> None:
        agreement = self._page("agreement", marking, make.make_agreement, summary="CANARY", reference="CANARY")
        agreement.topics.add(self.topic)
        agreement.save()
        Party.objects.create(agreement=agreement, organisation=self.fia)
        AgreementText.objects.create(agreement=agreement, language="ur")
        article = self._part(
            "article",
            marking,
            agreement,
            lambda word: Article.objects.create(agreement=agreement, number="1", title=word, body=f"<p>{word}</p>"),
        )
        self._plant_work(marking)
        self._plant_import(marking)
        if marking == Marking.AMBER:
            self._plant_filters()
        if marking == Marking.RED:
            self._plant_protocol(marking)
        meeting = self._plant_meeting(marking)
        visit = self._page(
            "visit", marking, make.make_visit, objectives="CANARY", organisation=self.fia, meetings=[meeting]
        )
        self._plant_briefing(marking, visit, meeting)
        self._plant_itinerary(marking, visit)
        self._plant_knowledge(marking)
        self._plant_threads(marking, agreement, article)

    def _plant_itinerary(self, marking: str, visit: Any) -> None:
        """Who travels, what is in the days besides the meeting, a letter; and once how letters of the space begin."""
        self._part("visit member", marking, visit, lambda word: VisitMember.objects.create(
            visit=visit, organisation=self.fia, person=Person.objects.create(name=word)
        ))  # fmt: skip
        self._part("itinerary entry", marking, visit, lambda word: ItineraryEntry.objects.create(
            visit=visit, kind="reception", title=word, place=word, note=word, host=self.moi,
            starts_at=self.now, ends_at=self.now + timedelta(hours=1),
        ))  # fmt: skip
        self._part("letter", marking, visit, lambda word: Letter.objects.create(
            visit=visit, organisation=self.moi, subject=word, body=word
        ))  # fmt: skip
        if marking == Marking.AMBER:
            number = next(_numbers)
            template = LetterTemplate.objects.create(
                space=self.space, name=canary(number), subject=canary(number), body=canary(number)
            )
            self._note("letter template", Marking.AMBER, template, number=number)

    def _plant_briefing(self, marking: str, visit: Any, meeting: Any) -> None:
        """A pack with a text of the visit and one of a meeting; it is compiled of all else that is planted."""
        pack = BriefingPack.objects.create(space=self.space, visit=visit, created_by=self.confidant)
        self._note("briefing", marking, self._marked(pack, marking))
        for section, about in (("introduction", None), ("background", meeting)):
            self._part("briefing text", marking, pack, lambda word, section=section, about=about: (
                BriefingText.objects.create(space=self.space, pack=pack, section=section, meeting=about, text=word)
            ))  # fmt: skip
        # A paper is its reader's alone, whatever the pack is marked, and is for somebody who may read that.
        reader = self.readers["rapporteur" if marking == Marking.AMBER_STRICT else "chair"]
        number = next(_numbers)
        paper = BriefingPaper.objects.create(
            space=self.space, pack=pack, reader=reader, state="ready", made_at=timezone.now(), pages=1,
            content=canary(number).encode(),
        )  # fmt: skip
        self._note("briefing paper", marking, paper, number=number)

    def _plant_filters(self) -> None:
        """One that is shared in the space, of either list; it is read by the members, whatever the space is marked."""
        for page in FilteredList.values:
            number = next(_numbers)
            saved = services.save_filter(
                self.confidant, page=page, name=canary(number), query=f"q={canary(number)}", space=self.space
            )
            self._note("saved filter", Marking.AMBER, saved, number=number)

    def _plant_protocol(self, marking: str) -> None:
        """What amends, implements and cites an agreement that everybody reads: neither its text as of a day, nor its
        course, its relations or its paper tell of it to those who may not read the protocol."""
        amended = self._first("agreement")
        protocol = self._page(
            "agreement", marking, make.make_agreement, kind="protocol", amends=amended, state="in_force",
            signed_on=date(2025, 1, 1), summary="CANARY",
        )  # fmt: skip
        for deed, number in (("replace", "1"), ("insert", "1")):
            self._part("amendment", marking, protocol, lambda word, deed=deed, number=number: Amendment.objects.create(
                agreement=protocol, deed=deed, article_number=number, number=word, title=word, body=f"<p>{word}</p>",
                takes_effect_on=date(2025, 2, 1),
            ))  # fmt: skip
        self._part("party", marking, protocol, lambda word: Party.objects.create(
            agreement=protocol, organisation=self.fia, signatory=word, signatory_post=word
        ))  # fmt: skip
        AgreementRelation.objects.create(agreement=protocol, to=amended, kind="implements")
        AgreementRelation.objects.create(agreement=amended, to=protocol, kind="cites")
        number = next(_numbers)
        file = make.make_file(self.space, f"{canary(number)}.txt", canary(number).encode(), title=canary(number))
        AgreementText.objects.filter(agreement=amended).update(file=file)
        self._note("file", marking, self._marked(file, marking), number=number)
        self._part("move", marking, protocol, lambda word: AgreementMove.objects.create(
            agreement=protocol, author=self.confidant, state_before="signed", state_after="in_force",
            on=date(2025, 2, 1), reason=word,
        ))  # fmt: skip

    def _first(self, kind: str) -> Any:
        return next(one.obj for one in self.planted if one.kind == kind)

    def _plant_import(self, marking: str) -> None:
        """A sheet of the chair's: the chair's alone, whatever else there is."""
        self._next_second()
        number = next(_numbers)
        word = canary(number)
        job = Import.objects.create(
            space=self.space, kind="actions", created_by=self.readers["chair"], file_name=f"{word}.csv",
            headings=["Title", word], rows=[(2, [word, word])], matching={"title": 0, "owner": 1},
            problems=[(2, "Organisation", word)],
        )  # fmt: skip
        ImportProgress.objects.create(of=job)
        self._note("import", marking, job, number=number)

    def _plant_work(self, marking: str) -> None:
        due = timezone.localdate() - timedelta(days=3)
        # Under an open article: its page must not tell of the closed commitment below it.
        commitment = self._page(
            "commitment", marking, _make_commitment, text="CANARY", indicator="CANARY", target_in_words="CANARY",
            unit="CANARY", target=40, party=self.fia, owed_to=self.moi, article=self._first("article"), due_on=due,
        )  # fmt: skip
        self._part("report", marking, commitment, lambda word: ProgressReport.objects.create(
            commitment=commitment, author=self.confidant, text=word, reason=word, value=12, state_before="on_track",
            state_after="at_risk",
        ))  # fmt: skip
        self._part("report", marking, commitment, lambda word: ProgressReport.objects.create(
            commitment=commitment, author=self.confidant, text=word, value=11, state_before="at_risk",
            state_after="at_risk", verdict="returned", verdict_reason=word, verdict_by=self.readers["chair"],
            verdict_at=self.now,
        ))  # fmt: skip
        number = next(_numbers)
        evidence = make.make_file(self.space, f"{canary(number)}.txt", canary(number).encode(), title=canary(number))
        evidence.attach(commitment)
        self._note("file", marking, evidence, commitment, number)
        waits = {"state": "waiting", "waiting_reason": "CANARY", "waiting_for_text": "CANARY"}
        for owner, more in ((self.fia, {"owner_person": self.confidant.person}), (self.moi, waits)):
            action = self._page(
                "action", marking, make.make_action, owner=owner, description="CANARY", due_on=due, **more
            )
            self._part("update", marking, action, lambda word, action=action: ActionUpdate.objects.create(
                action=action, author=self.confidant, text=word, waiting_reason=word, waiting_for_text=word,
                state_before="open", state_after="waiting",
            ))  # fmt: skip
            self._part("step", marking, action, lambda word, action=action: action.checklist.create(text=word))
            action.helpers.add(self.fia)
            self._tell_everybody(action)

    def _tell_everybody(self, action: Any) -> None:
        """News for every reader, as for somebody who was told while it was open."""
        entry = audit.record(self.confidant, "action moved", action, before={"state": "open"}, after={"state": "open"})
        for user in self.readers.values():
            if user.is_authenticated:
                news = Notification.objects.filter(user=user, object_id=action.pk, kind="action_moved").first()
                news = news or Notification.objects.create(
                    user=user, kind="action_moved", entry=entry, object_type=entry.object_type, object_id=action.pk,
                    created_at=entry.at,
                )  # fmt: skip
                self.news.append((user, news, next(one for one in self.planted if one.obj is action)))

    def _plant_meeting(self, marking: str) -> Any:
        meeting = self._page(
            "meeting", marking, make.make_meeting, place="CANARY", purpose="CANARY", organiser=self.fia,
            starts_at=timezone.now() + timedelta(days=2),
        )  # fmt: skip
        item = self._part("agenda item", marking, meeting, lambda word: AgendaItem.objects.create(
            meeting=meeting, title=word, description=word, expected_outcome=word, sort_order=1
        ))  # fmt: skip
        self._part("agenda document", marking, meeting, lambda word: item.documents.create(
            title=word, owner=self.fia, due_on=timezone.localdate() - timedelta(days=1)
        ))  # fmt: skip
        # Somebody in a post that stands in no directory: known from the meeting only.
        self._part("post", marking, meeting, lambda word: meeting.attendance.create(
            organisation=self.fia, post=Post.objects.create(organisation=self.fia, title=word)
        ).post)  # fmt: skip
        self._part("person", marking, meeting, lambda word: meeting.attendance.create(
            organisation=self.fia, person=Person.objects.create(name=word, email=f"{word}@fia.example")
        ).person)  # fmt: skip
        self._plant_invitations(marking, meeting)
        record = self._marked(make.make_record(meeting), marking)
        self._note("record", marking, record)
        paragraph = self._part(
            "paragraph", marking, record, lambda word: make.make_paragraph(record, text=word, kind="decision")
        )
        self._plant_circulation(marking, record, paragraph)
        return meeting

    def _plant_circulation(self, marking: str, record: Any, paragraph: Any) -> None:
        """A round with the text as it stood, a comment and an answer."""
        self._note("section", marking, paragraph.section, record)
        asked = Round.objects.create(record=record, number=1, note=COMMON)
        self._part("version", marking, record, lambda word: VersionParagraph.objects.create(
            round=asked, section=paragraph.section, section_number=1, section_title=word, paragraph=paragraph,
            key=paragraph.key, kind="decision", text=word,
        ))  # fmt: skip
        self._part("comment", marking, record, lambda word: RecordComment.objects.create(
            round=asked, section=paragraph.section, paragraph=paragraph, words_then=word, text=word, wording=word,
            organisation=self.fia, author=self.confidant,
        ))  # fmt: skip
        self._part("answer", marking, record, lambda word: Answer.objects.create(
            round=asked, organisation=self.fia, kind="reservation", reservation=word
        ))  # fmt: skip

    def _plant_invitations(self, marking: str, meeting: Any) -> None:
        """Whom a meeting asks and whom they send, a series of which the month shows planned days, and a poll."""
        number = next(_numbers)
        invitation = meeting.invitations.create(organisation=self.fia, note=canary(number), invited_by=self.confidant)
        self._note("invitation", marking, invitation, number=number)
        self._part("delegate", marking, meeting, lambda word: invitation.delegates.create(
            organisation=self.fia, person=Person.objects.create(name=word), note=word
        ))  # fmt: skip
        series = self._page(
            "series", marking, make.make_series, organiser=self.fia, purpose="CANARY", place="CANARY", room="CANARY"
        )
        series.topics.add(self.topic)
        poll = self._page("poll", marking, make.make_poll, description="CANARY")
        poll.organisations.add(self.fia)

    def _plant_knowledge(self, marking: str) -> None:
        number = next(_numbers)
        word = canary(number)
        file = make.make_file(self.space, f"{word}.docx", _docx(word), title=word)
        self._page(
            "resource", marking, make.make_resource, files=[file], topics=[self.topic], abstract="CANARY",
            authors="CANARY", countries=[self.fia.country],
        )  # fmt: skip
        file.refresh_from_db()
        self._note("file", marking, file, number=number)
        # Another, with a marking of its own, on a resource that everybody reads.
        number = next(_numbers)
        loose = make.make_file(self.space, f"{canary(number)}.txt", canary(number).encode(), title=canary(number))
        loose.attach(self._first("resource"))
        self._note("file", marking, self._marked(loose, marking), number=number)
        picture = self._page("picture", marking, make.make_picture, description="CANARY")
        picture.get_rendition("max-1200x800")
        self._page("service_point", marking, make.make_service_point, services=[COMMON])
        self._page("glossary_term", marking, make.make_glossary_term, definition="CANARY")
        self._page("news", marking, make.make_news, summary="CANARY", topics=[self.topic], picture=picture)
        # In another language, of news that everybody reads: closed to some, while the original is not.
        if marking != Marking.CLEAR:
            original = self._first("news")
            self._page("translation", marking, make.make_news, summary="CANARY", language="ur", translation_of=original)
        self._page("country_profile", marking, make.make_country_profile, summary="CANARY")
        self._page("question", marking, make.make_question, short_answer="CANARY", topics=[self.topic])
        self._page("event", marking, make.make_event, summary="CANARY", place="CANARY", topics=[self.topic])
        if marking == Marking.AMBER:
            self._plant_collection()
        if marking in (Marking.AMBER, *NAMED_MARKINGS):
            self._fill_collection()

    def _plant_collection(self) -> None:
        """One that is shared in the space."""
        number = next(_numbers)
        title = canary(number)
        self._collection = knowledge.make_list(self.confidant, title=title, description=title, space=self.space)
        self._note("collection", Marking.AMBER, self._collection, number=number)

    def _fill_collection(self) -> None:
        """With a note to each resource that is not in it yet; some of the members may not read all of them."""
        kept = {one.root.pk for one in self.of_kind("note")}
        for one in self.of_kind("resource"):
            if one.obj.pk not in kept:
                self._part("note", one.marking, one.obj, lambda word, obj=one.obj: knowledge.keep(
                    self.confidant, self._collection, obj, note=word
                ))  # fmt: skip

    def _plant_threads(self, marking: str, agreement: Any, article: Any) -> None:
        # On open things too: a thread may be narrower than what it is about.
        about_open = {Marking.AMBER_STRICT: ["meeting"], Marking.RED: ["commitment"]}.get(marking, [])
        for about in (agreement, article, *map(self._first, about_open)):
            thread = self._marked(make.make_thread(about), marking)
            self._note("thread", marking, thread)
            message = self._say(marking, thread)
            if about is agreement:
                self._tell_everybody_of(message)
        number = next(_numbers)
        thread = make.make_thread(
            self.space, subject=f"{COMMON} {canary(number)}", summary=canary(number), summary_by=self.confidant,
            summary_at=NOON, asks_acknowledgement=True,
        )  # fmt: skip
        self._note("thread", marking, self._marked(thread, marking), number=number)
        message = self._say(marking, thread)
        self._attach("file", marking, thread, message)
        self._plant_what_hangs_on(marking, thread, message)

    def _attach(self, kind: str, marking: str, thread: Any, message: Any, root: Any = None) -> None:
        """What comes with a message is read by the readers of the thread."""
        number = next(_numbers)
        word = canary(number)
        file = make.make_file(self.space, f"{word}.txt", word.encode(), title=word, came_with=message.pk)
        file.attach(thread)
        self._note(kind, marking, file, root or thread, number)

    def _plant_what_hangs_on(self, marking: str, thread: Any, message: Any) -> None:
        """A translation and an answer, which the readers of the thread read; an earlier wording, a report and what is
        hidden, which its chairs do; a draft, which is its writer's for as long as there is somewhere to write."""
        chairs = Part(thread, access.only_chairs(self.space.pk))
        self._part("translation", marking, thread, lambda word: MessageTranslation.objects.create(
            message=message, language="ru", text=word, translator=self.confidant
        ))  # fmt: skip
        self._part("said in answer", marking, thread, lambda word: discussion.post_message(
            self.confidant, thread, f"{word} @Reader", uuid4(), answers=message
        ))  # fmt: skip
        discussion.react(self.confidant, message, "agree", put=True)
        message.versions.create(text=canary(number := next(_numbers)))
        type(message).objects.filter(pk=message.pk).update(edited_at=self.now)
        self._note("earlier wording", marking, message.versions.get(), chairs, number)
        self._part("message report", marking, chairs, lambda word: MessageReport.objects.create(
            message=message, reporter=self.confidant, reason=word
        ))  # fmt: skip
        hidden = make.make_message(thread, self.confidant, canary(number := next(_numbers)))
        self._hide(hidden, canary(reason := next(_numbers)))
        self._note("hidden words", marking, hidden.versions.get(), chairs, number)
        self._note("reason of hiding", marking, hidden, thread, reason)
        self._attach("file of what is hidden", marking, thread, hidden, chairs)
        writer = self.readers["contributor"]
        own = Part(thread, frozenset({str(access.Token(self.space.pk, user=writer.pk))}))
        self._part("draft", marking, own, lambda word: Draft.objects.create(
            user=writer, about=drafts.name_of(thread), text=word
        ))  # fmt: skip

    @staticmethod
    def _hide(message: Any, reason: str) -> None:
        """As a chair does; not each of these threads is read by a chair."""
        message.versions.create(text=message.text)
        message.text, message.standing, message.standing_reason = "", Standing.HIDDEN, reason
        changes.message_changed(changes.locked(message.thread), message)
        files.settle([message])

    def _tell_everybody_of(self, message: Any) -> None:
        """News of a message for every reader, still to be mailed and pushed."""
        entry = audit.record(self.confidant, "message posted", message.thread, details={"message": message})
        planted = next(one for one in self.planted if one.obj is message)
        for user in self.readers.values():
            if user.is_authenticated:
                news, _is_new = Notification.objects.update_or_create(
                    user=user, object_type=entry.object_type, object_id=entry.object_id, kind="message_posted",
                    defaults={"entry": entry, "message": message, "created_at": entry.at, "mail_wanted": True,
                              "push_wanted": True},
                )  # fmt: skip
                self.news.append((user, news, planted))

    def _say(self, marking: str, thread: Any) -> Any:
        # Everybody follows it, as if everybody had once been there.
        for user in self.readers.values():
            if user.is_authenticated:
                ReadMark.objects.get_or_create(user=user, thread=thread)
        return self._part("message", marking, thread, lambda word: make.make_message(thread, self.confidant, word))

    def plant_links(self) -> None:
        """Open things that name closed ones."""
        paragraph = next(one.obj for one in self.of_kind("paragraph") if one.marking == Marking.RED)
        closed, closed_too = [one.obj for one in self.of_kind("action") if one.marking == Marking.RED]
        meeting = next(one.obj for one in self.of_kind("meeting") if one.marking == Marking.RED)
        picture = next(one.obj for one in self.of_kind("picture") if one.marking == Marking.RED)
        article = next(one.obj for one in self.of_kind("article") if one.marking == Marking.RED)
        file = next(one.obj for one in self.of_kind("file") if one.marking == Marking.RED)
        for marking in OPEN_MARKINGS:
            action = self._page("action", marking, make.make_action, owner=self.moi)
            action.source = paragraph
            action.save()
            ActionDependency.objects.create(action=action, waits_for=closed)
            ActionDependency.objects.create(action=closed_too, waits_for=action)
            self._page("visit", marking, make.make_visit, organisation=self.moi, meetings=[meeting])
            links = f'<p><a linktype="page" id="{meeting.pk}">1</a> <a linktype="document" id="{file.pk}">2</a></p>'
            self._page("news", marking, make.make_news, picture=picture, body=links)
            self._page("commitment", marking, _make_commitment, party=self.moi, article=article, source=paragraph)
        self._index()


def _make_commitment(space: Space, **fields: Any) -> Commitment:
    return Commitment.objects.create(space=space, **fields)


def _docx(word: str) -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph(word)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def unpacked(body: bytes) -> Iterator[bytes]:
    """The content, and what lies in it where it is an archive (as Office documents are) or a PDF."""
    yield body
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif body[:4] == b"%PDF":
        from pypdf import PdfReader

        for page in PdfReader(io.BytesIO(body)).pages:
            yield page.extract_text().encode()
