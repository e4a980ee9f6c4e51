"""The briefing pack made for four readers of different clearance: the text of each PDF, paragraph by paragraph, against
the access rule. Every row that a briefing can be made of is planted with a word of its own, in several markings."""

import io
import re
from datetime import date, timedelta
from itertools import product
from string import ascii_lowercase
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from coordination import access
from coordination.models import Amendment, Article, Marking, Person, Post
from knowledge.models import CountryFact
from meetings import services
from meetings.models import (
    AgendaItem,
    Attendance,
    BriefingPaper,
    BriefingText,
    ItineraryEntry,
    PaperState,
    RecordState,
    VisitMeeting,
    VisitMember,
)
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


class Planting:
    """Hands out words that occur nowhere else, and knows the row that each stands in."""

    def __init__(self) -> None:
        self.rows: dict[str, object] = {}
        self._words = ("zq" + "".join(pair) + "xj" for pair in product(ascii_lowercase, repeat=2))

    def word(self) -> str:
        return next(self._words)

    def note(self, word: str, row: object) -> None:
        self.rows[word] = row


@pytest.fixture
def world():
    """A visit with three meetings, one of them in another space, and everything behind them in four markings."""
    planting = Planting()
    icmpd = factories.make_organisation("ICMPD", country=None)
    eu, fia = factories.make_organisation("EUD", country="PK"), factories.make_organisation("FIA", country="PK")
    space, other = factories.make_space(), factories.make_space()
    head = factories.make_member(space, "chair", icmpd, name="Anna Head")
    member = factories.make_member(space, "reader", icmpd, name="Boris Member")
    partner = factories.make_member(space, "reader", eu, name="Chiara Partner")
    guest = factories.make_member(space, "reader", icmpd, name="Dana Guest")
    host = factories.make_member(space, "rapporteur", fia, name="Farid Host")
    for user in (head, guest):
        factories.join(user, other)
    markings = {
        "all": {},
        "ours": {"marking": Marking.AMBER_STRICT, "organisations": [icmpd]},
        "eu": {"marking": Marking.AMBER_STRICT, "organisations": [eu, icmpd]},
        "red": {"marking": Marking.RED, "users": [head, member]},
    }

    def marked(make, how):
        word = planting.word()
        row = make(word)
        if how:
            factories.mark(row, **how)
        planting.note(word, row)
        return row

    today = timezone.localdate()
    visit = factories.make_visit(space, organisation=icmpd, starts_on=today, purpose=planting.word())
    planting.note(visit.purpose, visit)
    for user in (head, member, partner, guest):
        person = Person.objects.create(name=user.name, user=user)
        VisitMember.objects.create(visit=visit, organisation=user.organisation, person=person)
    word = planting.word()
    starts = timezone.now() + timedelta(hours=3)
    entry = ItineraryEntry.objects.create(
        visit=visit, kind="transport", title=word, starts_at=starts, ends_at=starts + timedelta(hours=1)
    )
    planting.note(word, entry)

    minister = Post.objects.create(
        organisation=fia, title="Director", person=Person.objects.create(name="Zahid Director")
    )
    meetings = []
    for number, (place, how) in enumerate([(space, {}), (space, markings["red"]), (other, {})]):
        at = timezone.now() + timedelta(hours=5 + 3 * number)
        meeting = marked(lambda w, p=place, a=at: factories.make_meeting(p, title=w, organiser=icmpd, starts_at=a), how)
        Attendance.objects.create(meeting=meeting, organisation=fia, post=minister)
        VisitMeeting.objects.create(visit=visit, meeting=meeting, sort_order=number)
        for field in ("title", "description", "expected_outcome"):
            word = planting.word()
            item = AgendaItem.objects.create(meeting=meeting, **{"title": planting.word(), field: word})
            planting.note(word, item)
        meetings.append(meeting)

    # Earlier meetings with records: the last of all is closed to some, so that each has another "last time".
    records = []
    for days, how in ((400, {}), (300, markings["eu"]), (200, markings["red"])):
        at = timezone.now() - timedelta(days=days)
        before = marked(lambda w, a=at: factories.make_meeting(space, title=w, organiser=fia, starts_at=a), how)
        Attendance.objects.create(meeting=before, organisation=fia, post=minister)
        record = factories.make_record(before, RecordState.AGREED, chatham_house=True)
        for kind in ("decision", "statement"):
            word = planting.word()
            speaker = {"speaker_post": minister, "speaker_organisation": fia} if kind == "statement" else {}
            planting.note(word, factories.make_paragraph(record, kind=kind, text=word, **speaker))
        records.append(record)
    Attendance.objects.create(meeting=records[-1].meeting, organisation=icmpd, person=member.person)

    # Agreements, one amended by another that fewer may read; what is owed under them; actions.
    for how in markings.values():
        agreement = marked(lambda w: factories.make_agreement(space, title=w, state="in_force"), how)
        word = planting.word()
        article = Article.objects.create(agreement=agreement, number="1", title="", body=f"<p>{word}</p>")
        planting.note(word, article)
        marked(
            lambda w, a=article: factories.make_commitment(
                space, fia, title=w, article=a, owed_to=icmpd, due_on=date(2020, 1, 1)
            ),
            how,
        )
        marked(lambda w: factories.make_commitment(space, icmpd, title=w, owed_to=fia), how)
        marked(lambda w: factories.make_action(space, fia, title=w), how)
    amended = planting.word()
    base = factories.make_agreement(space, title=planting.word(), state="in_force")
    replaced = Article.objects.create(agreement=base, number="1", body=f"<p>{amended}</p>")
    AgendaItem.objects.create(meeting=meetings[0], title="On the amended one", agreement=base)
    protocol = marked(lambda w: factories.make_agreement(space, title=w, state="signed", amends=base), markings["red"])
    word = planting.word()
    change = Amendment.objects.create(
        agreement=protocol, deed="replace", article_number="1", takes_effect_on=date(2020, 1, 1), body=f"<p>{word}</p>"
    )
    planting.note(word, change)

    # The country, in two profiles.
    visit.country_id = "PK"
    visit.save()
    for how in (markings["all"], markings["ours"]):
        profile = marked(lambda w: factories.make_country_profile(space, title=w, summary=w), how)
        word = planting.word()
        fact = CountryFact.objects.create(profile=profile, label=word, value="1", source="UN", as_of=date(2024, 1, 1))
        planting.note(word, fact)

    pack = services.begin_briefing(head, visit)
    factories.mark(pack, Marking.AMBER_STRICT, organisations=[icmpd, eu])
    for section, meeting in (("introduction", None), ("talking_points", meetings[0]), ("background", meetings[1]),
                             ("objectives", meetings[2])):  # fmt: skip
        for how in markings.values():
            word = planting.word()
            text = services.write_in_briefing(head, pack, section=section, meeting=meeting, text=word, **how)
            planting.note(word, text)
    readers = {"head": head, "member": member, "partner": partner, "guest": guest}
    return SimpleNamespace(**locals())


def _made_for(reader, pack) -> tuple[BriefingPaper, list[str]]:
    paper = services.ask_for_briefing_paper(reader, pack)
    services.make_briefing_paper.call(paper.key)
    paper.refresh_from_db()
    assert paper.state == PaperState.READY
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(bytes(paper.content))).pages]
    return paper, pages


def _may_read(reader, row) -> bool:
    """The rule itself; and of what is written of a meeting in another space, the meeting's besides."""
    if not access.may_read(reader, row):
        return False
    return not (isinstance(row, BriefingText) and row.meeting and not access.may_read(reader, row.meeting))


# Of these a briefing shows each reader the latest one only.
def _is_shown(world, reader, row) -> bool:
    readable = [record for record in world.records if access.may_read(reader, record)]
    latest = readable[-1] if readable else None
    record = getattr(getattr(row, "section", None), "record", None)
    return record is None or record == latest or getattr(row, "kind", "") == "decision"


def test_what_stands_in_the_paper_of_each_reader_is_what_the_rule_lets_that_reader_read(world):
    papers = {name: _made_for(reader, world.pack) for name, reader in world.readers.items()}
    found = {name: _words_of(world, world.readers[name], pages) for name, (_paper, pages) in papers.items()}
    assert len(set(found.values())) == 4, "four readers, four briefings"
    for name, (paper, pages) in papers.items():
        _every_page_is_marked_and_bears_its_reader(world.readers[name], paper, pages)
    _a_speaker_is_named_to_those_who_attended(world, papers)
    # The article that fewer may know to be changed: each reader has one text of it.
    texts = {name: "".join(pages) for name, (_paper, pages) in papers.items()}
    assert [world.amended in texts[name] for name in ("head", "member", "partner", "guest")] == [
        False,
        False,
        True,
        True,
    ]
    _a_paper_is_opened_by_its_reader_while_all_of_it_may_be_read(world, papers["member"][0])
    _the_pack_is_not_there_for_those_whom_the_delegation_meets(world)


def _words_of(world, reader, pages) -> frozenset[str]:
    """The planted words in it: not one that is closed to the reader, and every one that is to be shown."""
    planted = world.planting.rows
    words = set(re.findall(r"zq..xj", "\n".join(pages))) & set(planted)
    allowed = {word for word, row in planted.items() if _may_read(reader, row)}
    assert words <= allowed, [(word, planted[word]) for word in words - allowed]
    missing = {word for word in allowed - words if _is_shown(world, reader, planted[word])}
    assert not missing, [(word, planted[word]) for word in missing]
    return frozenset(words)


def _every_page_is_marked_and_bears_its_reader(reader, paper, pages) -> None:
    assert len(pages) == paper.pages > 4
    narrowest = "TLP:AMBER+STRICT" if reader.name in ("Dana Guest", "Chiara Partner") else "TLP:RED"
    for number, page in enumerate(pages, start=1):
        flat = "".join(page.split())
        assert reader.name.replace(" ", "") in flat and narrowest in flat and f"{number}/{len(pages)}" in flat


def _a_speaker_is_named_to_those_who_attended(world, papers) -> None:
    """Under the Chatham House Rule; the member attended, the head did not."""
    statement = world.records[-1].sections.get().paragraphs.get(kind="statement")
    for name, is_named in (("head", False), ("member", True)):
        text = " ".join("".join(papers[name][1]).split())
        after = [each[:40] for each in text.split(statement.text)[1:]]
        assert after and any("Zahid Director" in each for each in after) is is_named, name


def _a_paper_is_opened_by_its_reader_while_all_of_it_may_be_read(world, paper) -> None:
    address = f"{world.pack.get_absolute_url()}papers/{paper.key}/briefing.pdf"
    opened = {user.name: _status(user, address) for user in (world.member, world.head, world.partner, world.host)}
    assert opened == {"Boris Member": 200, "Anna Head": 404, "Chiara Partner": 404, "Farid Host": 404}
    factories.mark(world.meetings[1], Marking.RED, users=[world.head])
    assert _status(world.member, address) == 404


def _the_pack_is_not_there_for_those_whom_the_delegation_meets(world) -> None:
    addresses = [world.pack.get_absolute_url(), f"/briefings/{world.visit.key}/", world.visit.get_absolute_url()]
    assert [_status(world.host, address) for address in addresses] == [404, 404, 200]


def _status(user, address: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(address).status_code
