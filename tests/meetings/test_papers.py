"""Records on paper: as PDF, DOCX and Akoma Ntoso, one or many, each as its reader may read it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import distribution
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader

from coordination.models import AuditEntry, Marking, Person, Post, Role, Topic
from meetings.models import AgendaItem, Corrigendum, RecordState
from meetings.papers import akoma_ntoso, docx, pdf, records
from meetings.papers.copies import Reservation, copies_for, copy_for
from meetings.papers.layout import Paper, narrowest, piece_of
from meetings.papers.letters import direction_of, language_of, runs_of
from meetings.selectors import papers as selectors
from tests.factories import (
    make_action,
    make_file,
    make_meeting,
    make_member,
    make_organisation,
    make_paragraph,
    make_record,
    make_series,
    make_space,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db

ENGLISH = "The parties agreed on a training programme; FIA names the trainers."
RUSSIAN = "Стороны договорились о программе обучения (MRC Lahore)."
URDU = "فریقین نے تربیت کے پروگرام (ICMPD) پر اتفاق کیا۔"
AKN = {"a": akoma_ntoso.NAMESPACE}
FORMS = ("record_pdf", "record_docx", "record_akoma_ntoso")


# --- reading papers back -------------------------------------------------------------------------------------------
def words_of(content: bytes) -> str:
    """All the words of a PDF, a DOCX or an XML, with single blanks."""
    if content[:4] == b"%PDF":
        words = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    elif content[:2] == b"PK":
        document = Document(BytesIO(content))
        parts = [document.element.body, *(part._element for s in document.sections for part in (s.header, s.footer))]
        words = " ".join(" ".join(node.itertext(qn("w:t"))) for part in parts for node in part.iter(qn("w:p")))
    else:
        words = " ".join(etree.fromstring(content).itertext())
        words += " ".join(value for node in etree.fromstring(content).iter() for value in node.attrib.values())
    return " ".join(words.split())


def pages_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def paragraphs_of(content: bytes) -> list[str]:
    """The paragraphs of a DOCX, those of its tables too."""
    body = Document(BytesIO(content)).element.body
    return ["".join(node.itertext(qn("w:t"))) for node in body.iter(qn("w:p"))]


@cache
def published_structure() -> etree.XMLSchema:
    """The XSD that OASIS published, out of the package that brings it along for tests."""
    return etree.XMLSchema(etree.parse(str(distribution("cobalt").locate_file("cobalt/xsd/akomantoso30.xsd"))))


def assert_valid(content: bytes):
    structure = published_structure()
    tree = etree.fromstring(content)
    assert structure.validate(tree), structure.error_log
    return tree


# --- a space with its people ---------------------------------------------------------------------------------------
@pytest.fixture
def reader(space, fia):
    return make_member(space, Role.READER, fia)


def meeting_of(space, title="Talks on training", items=("Opening", "Training"), **fields):
    fields.setdefault("starts_at", datetime(2026, 3, 12, 5, tzinfo=UTC))
    meeting = make_meeting(space, title=title, place="Islamabad", **fields)
    for number, item in enumerate(items, start=1):
        AgendaItem.objects.create(meeting=meeting, title=item, sort_order=number)
    return meeting


def record_of(meeting, state=RecordState.CIRCULATED, **fields):
    """A record with a section for each item of the agenda."""
    record = make_record(meeting, RecordState.DRAFT, **fields)
    for number, item in enumerate(meeting.agenda_items.order_by("sort_order"), start=1):
        record.sections.create(number=number, title=item.title, agenda_item=item)
    record.state = state
    record.save()
    from coordination import access

    access.settle(record)
    return record


def say(record, fia, text, number=1, **fields):
    return make_paragraph(record, number, kind="statement", text=text, speaker_organisation=fia, **fields)


# --- Must show 5: ten records of different shape -------------------------------------------------------------------
def an_empty_one(space, fia):
    return record_of(meeting_of(space, items=())), []


def one_without_an_agenda(space, fia):
    record = record_of(meeting_of(space, items=()))
    make_paragraph(record, text=ENGLISH)
    return record, [ENGLISH]


def one_of_statements(space, fia):
    record = record_of(meeting_of(space))
    post = Post.objects.create(organisation=fia, title="Director, Immigration")
    say(record, fia, "We train forty officers.", speaker_post=post)
    say(record, None, "We pay for it.", 2, on_behalf_of=make_organisation("EUD"))
    return record, ["We train forty officers.", "Director, Immigration", "We pay for it.", "EUD"]


def one_under_the_rule(space, fia):
    record = record_of(meeting_of(space), chatham_house=True)
    say(record, fia, "Said in confidence.")
    return record, ["Said in confidence.", "A participant"]


def one_with_all_kinds(space, fia):
    record = record_of(meeting_of(space))
    for kind in ("summary", "decision", "action", "commitment"):
        make_paragraph(record, kind=kind, text=f"This is the {kind}.")
    make_paragraph(record, 2, kind="reservation", text="This is the reservation.", speaker_organisation=fia)
    action = record.sections.get(number=1).paragraphs.get(kind="action")
    make_action(space, fia, title="Send the list", source=action, due_on=date(2026, 4, 30))
    return record, ["This is the summary.", "This is the reservation.", "Send the list", "30 April 2026", "FIA in full"]


def one_of_three_scripts(space, fia):
    record = record_of(meeting_of(space, title="مذاکرات · Переговоры · Talks"), language="ur")
    for text in (URDU, RUSSIAN, ENGLISH):
        make_paragraph(record, text=text)
    # Brackets and letters of Urdu are right to the eye; what a reading program makes of their glyphs is another matter.
    return record, [RUSSIAN.partition(" (")[0], ENGLISH]


def one_with_participants_and_documents(space, fia):
    meeting = meeting_of(space)
    meeting.attendance.create(organisation=fia, person=Person.objects.create(name="Amna Khan"), role="head")
    meeting.attendance.create(organisation=make_organisation("MOI"))
    make_file(space, "list.txt", b"x", title="List of courses").attach(meeting)
    record = record_of(meeting)
    make_paragraph(record, text=ENGLISH)
    return record, ["Amna Khan", "head of delegation", "MOI in full", "List of courses"]


def one_with_corrigenda(space, fia):
    record = record_of(meeting_of(space), RecordState.AGREED)
    paragraph = make_paragraph(record, text="The course begins in May.")
    Corrigendum.objects.create(paragraph=paragraph, before=paragraph.text, text="It begins in June.", reason="A slip.")
    return record, ["The course begins in May.", "It begins in June.", "A slip."]


def a_long_one_with_lines_and_odd_letters(space, fia):
    record = record_of(meeting_of(space, items=[f"Item {number} & more <b>" for number in range(1, 5)]))
    for number in range(20):
        make_paragraph(record, 1 + number % 4, text=f"Line {number} of <them> & more\nsecond line\n\nNew\x0b paragraph")
    return record, ["Line 19 of <them> & more", "Item 4 & more <b>", "New paragraph"]


def a_published_one_of_an_organiser_without_a_country(space, fia):
    record = record_of(meeting_of(space, organiser=make_organisation("ICMPD", None)), RecordState.PUBLISHED)
    mark(record, Marking.AMBER)
    make_paragraph(record, 2, kind="decision", text=ENGLISH)
    return record, [ENGLISH, "published"]


SHAPES = [
    an_empty_one,
    one_without_an_agenda,
    one_of_statements,
    one_under_the_rule,
    one_with_all_kinds,
    one_of_three_scripts,
    one_with_participants_and_documents,
    one_with_corrigenda,
    a_long_one_with_lines_and_odd_letters,
    a_published_one_of_an_organiser_without_a_country,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_record_of_any_shape_becomes_valid_akoma_ntoso_and_whole_papers(space, fia, reader, shape):
    record, words = shape(space, fia)
    copy = copy_for(reader, record)
    paper = records.paper_of(copy)

    structure, word, drawn = akoma_ntoso.as_akoma_ntoso(copy), docx.as_docx(paper), pdf.as_pdf(paper)

    assert_valid(structure)
    for text in words:
        assert text in words_of(structure) or text in ("30 April 2026", "Send the list", "FIA in full", "published")
        assert text in words_of(word)
        assert text in words_of(drawn)
    pages = pages_of(drawn)
    for number, page in enumerate(pages, start=1):
        assert "TLP:AMBER" in page and f"{number} / {len(pages)}" in page and "Accord" in page


# --- Akoma Ntoso ---------------------------------------------------------------------------------------------------
def test_the_structure_says_who_spoke_for_whom_by_references(space, fia, reader):
    record, _words = one_of_statements(space, fia)
    tree = assert_valid(akoma_ntoso.as_akoma_ntoso(copy_for(reader, record)))
    names = {f"#{node.get('eId')}": node.get("showAs") for node in tree.find(".//a:references", AKN)}
    said = [(names[node.get("by")], names.get(node.get("as"))) for node in tree.iter(f"{{{AKN['a']}}}speech")]
    assert said == [("Director, Immigration, FIA", None), ("EUD (PK)", "EUD (PK)")]
    uri = tree.find(".//a:FRBRWork/a:FRBRuri", AKN).get("value")
    assert uri == f"/akn/pk/debate/2026-03-12/{record.meeting.key}"


def test_reservations_stand_in_every_form_with_their_names_only_where_these_are_known(space, fia, reader):
    record, _words = one_with_corrigenda(space, fia)
    said = [Reservation("We reserve the date.", "Ministry"), Reservation("So do we.", "")]
    copy = replace(copy_for(reader, record), reservations=said)
    for content in (akoma_ntoso.as_akoma_ntoso(copy), docx.as_docx(records.paper_of(copy))):
        words = words_of(content)
        assert all(text in words for text in ("We reserve the date.", "Ministry", "So do we.", "A participant"))
    assert_valid(akoma_ntoso.as_akoma_ntoso(copy))


# --- what a reader may not see -------------------------------------------------------------------------------------
def test_papers_hold_what_each_reader_may_read_and_hint_at_nothing_else(client, space, fia, reader):
    named = make_member(space, Role.READER, make_organisation("MOI"))
    record = record_of(meeting_of(space, items=("Opening", "Smuggling routes", "Closing")))
    make_paragraph(record, 1, text="Openly said.")
    make_paragraph(record, 2, text="Closely said.")
    make_paragraph(record, 3, text="Said at the end.")
    mark(record.sections.get(number=2), Marking.RED, users=[named])
    make_file(space, "open.txt", b"x", title="Open list").attach(record.meeting)
    closed_file = make_file(space, "closed.txt", b"x", title="Closed list")
    closed_file.attach(record.meeting)
    mark(closed_file, Marking.RED, users=[named])
    closed = ["Closely said.", "Smuggling routes", "Closed list", "TLP:RED", "3. Closing"]
    for name in FORMS:
        address = reverse(name, args=[record.meeting.key])
        client.force_login(reader)
        narrow = words_of(client.get(address).content)
        assert "Openly said." in narrow and "Said at the end." in narrow and "Open list" in narrow
        assert not [text for text in [*closed, "RED"] if text in narrow]
        client.force_login(named)
        assert "Closely said." in (wide := words_of(client.get(address).content)) and "Closed list" in wide
        assert "RED" in wide
    assert AuditEntry.objects.filter(actor=named, verb="read").count() == len(FORMS)
    assert not AuditEntry.objects.filter(actor=reader, verb="read").exists()


def test_under_the_rule_only_those_who_attended_get_names_and_the_list_of_participants(client, space, fia, reader):
    attended = make_member(space, Role.READER, fia)
    meeting = meeting_of(space)
    person = Person.objects.create(name="Amna Khan", user=attended)
    meeting.attendance.create(organisation=fia, person=person)
    record = record_of(meeting, chatham_house=True)
    make_paragraph(record, kind="statement", text="Said in confidence.", speaker_person=person)
    for name in FORMS:
        address = reverse(name, args=[meeting.key])
        client.force_login(reader)
        withheld = words_of(client.get(address).content)
        assert "Said in confidence." in withheld and "A participant" in withheld
        assert "Amna Khan" not in withheld and "Participants" not in withheld
        client.force_login(attended)
        assert "Amna Khan" in words_of(client.get(address).content)


@pytest.mark.parametrize("name", FORMS)
def test_there_is_no_paper_for_those_who_may_not_read_the_record(client, space, fia, reader, name):
    meeting = meeting_of(space)
    record = record_of(meeting, RecordState.DRAFT)
    make_paragraph(record, text=ENGLISH)
    address = reverse(name, args=[meeting.key])
    for user in (None, make_user(), reader):
        client.logout() if user is None else client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(make_member(space, Role.RAPPORTEUR))
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert meeting.key in answer["Content-Disposition"] and meeting.title not in answer["Content-Disposition"]


def test_a_draft_and_what_is_not_agreed_say_so_on_the_first_page(space):
    rapporteur = make_member(space, Role.RAPPORTEUR)
    for state, sentence in (
        (RecordState.DRAFT, "A draft."),
        (RecordState.CIRCULATED, "not been agreed yet"),
    ):
        record = record_of(meeting_of(space), state)
        assert any(sentence in note for note in records.paper_of(copy_for(rapporteur, record)).notes)


# --- three scripts -------------------------------------------------------------------------------------------------
def test_urdu_russian_and_english_stand_side_by_side_each_in_its_face_and_direction(space, fia, reader):
    record, _words = one_of_three_scripts(space, fia)
    paper = records.paper_of(copy_for(reader, record))
    reading = PdfReader(BytesIO(pdf.as_pdf(paper)))
    faces = {
        str(font.get_object()["/BaseFont"]) for page in reading.pages for font in page["/Resources"]["/Font"].values()
    }
    for face in ("Inter", "Inter-Cyrillic", "Noto-Naskh-Arabic"):
        assert any(face in one for one in faces), faces
    document = Document(BytesIO(docx.as_docx(paper)))
    turned = {
        one.text: one._p.pPr is not None and one._p.pPr.find(qn("w:bidi")) is not None for one in document.paragraphs
    }
    assert (turned[URDU], turned[RUSSIAN], turned[ENGLISH]) == (True, False, False)
    assert any(part.partname.startswith("/word/fonts/") for part in document.part.package.iter_parts())


@pytest.mark.parametrize(
    ("text", "direction", "language"),
    [
        (ENGLISH, "ltr", "en"),
        (RUSSIAN, "ltr", "ru"),
        (URDU, "rtl", "ur"),
        ("12. تربیت", "rtl", "ur"),
        ("(2026) MRC", "ltr", "en"),
        ("12 / 3", "ltr", "en"),
    ],
)
def test_a_text_runs_the_way_of_its_first_letter_in_the_language_of_most(text, direction, language):
    assert (direction_of(text), language_of(text, "en")) == (direction, language)


def test_runs_of_the_other_direction_are_kept_together():
    assert runs_of("FIA (ایف آئی اے) names 3", "ltr") == [("FIA (", "ltr"), ("ایف آئی اے", "rtl"), (") names 3", "ltr")]
    assert "".join(run for run, _direction in runs_of(URDU, "rtl")) == URDU


# --- the layout ----------------------------------------------------------------------------------------------------
def test_a_paper_is_marked_as_its_narrowest_part():
    assert narrowest([Marking.GREEN, Marking.AMBER_STRICT, Marking.CLEAR]) == Marking.AMBER_STRICT
    assert narrowest([]) == Marking.CLEAR


def test_a_watermark_stands_on_every_page_and_is_not_made_where_it_could_be_taken_away():
    paper = Paper(title="Briefing", watermark="Amna Khan")
    for number in range(60):
        paper.text(f"Paragraph {number} " + ENGLISH)
    assert all("Amna Khan" in page for page in pages_of(pdf.as_pdf(paper)))
    with pytest.raises(ValueError, match="PDF"):
        docx.as_docx(paper)


def test_what_xml_cannot_hold_is_left_out():
    assert piece_of("a\x00b\x0bc\ud800d\ufffe", "en").text == "abcd"


# --- many in one ---------------------------------------------------------------------------------------------------
def test_the_records_of_a_topic_a_space_or_a_time_become_one_document_with_contents(client, space, fia, reader):
    topic = Topic.objects.create(slug="training-of-officers", name="Training of officers")
    for number, title in enumerate(["Talks in January", "Talks in February", "Talks in March"], start=1):
        meeting = meeting_of(space, title=title, starts_at=datetime(2026, number, 5, 5, tzinfo=UTC))
        record = record_of(meeting, RecordState.AGREED)
        make_paragraph(record, text=f"Said in {title}.")
        if number < 3:
            meeting.topics.add(topic)
        else:
            meeting.series, meeting.recurrence_id = (series := make_series(space)), meeting.starts_at
        meeting.save()
    elsewhere = record_of(meeting_of(make_space(), title="Talks elsewhere"), RecordState.AGREED)
    draft = record_of(meeting_of(space, title="Talks in writing"), RecordState.DRAFT)
    client.force_login(reader)
    for query, there in (
        ({"topic": topic.slug}, {"January", "February"}),
        ({"series": series.key}, {"March"}),
        ({"space": space.key}, {"January", "February", "March"}),
        ({"space": elsewhere.space.key}, {"January", "February", "March"}),  # of no choice of this reader's
        ({"since": "2026-02-01", "until": "2026-02-28"}, {"February"}),
        ({}, {"January", "February", "March"}),
    ):
        page = client.get(reverse("record_compile"), query).content.decode()
        assert {month for month in ("January", "February", "March") if f"Talks in {month}" in page} == there
        assert elsewhere.meeting.title not in page and draft.meeting.title not in page
    assert f"{reverse('record_compile')}?series={series.key}" in client.get(series.get_absolute_url()).content.decode()
    answer = client.get(reverse("record_compiled", args=["pdf"]), {"topic": topic.slug})
    pages = pages_of(answer.content)
    assert "Training of officers" in pages[0] and "Contents" in pages[0]
    assert "Talks in January (5 January 2026)" in pages[0] and "Talks in February (5 February 2026)" in pages[0]
    assert "Talks in March" not in words_of(answer.content)
    assert all("TLP:AMBER" in page for page in pages)
    word = client.get(reverse("record_compiled", args=["docx"]), {"topic": topic.slug})
    assert "Said in Talks in February." in paragraphs_of(word.content)


def test_too_many_records_and_none_are_said_on_the_page_and_make_no_document(client, space, reader, monkeypatch):
    monkeypatch.setattr(selectors, "MOST_COMPILED", 2)
    client.force_login(reader)
    address = reverse("record_compiled", args=["pdf"])
    assert client.get(address).status_code == 302
    for number in range(3):
        record_of(meeting_of(space, items=(), title=f"Talks {number}"), RecordState.AGREED)
    assert client.get(address).status_code == 302
    assert "More than 2 records" in client.get(reverse("record_compile")).content.decode()
    assert client.get(reverse("record_compiled", args=["odt"])).status_code == 404


def test_the_page_and_the_copy_ask_as_many_queries_for_many_as_for_few(
    client, space, fia, reader, django_assert_max_num_queries
):
    client.force_login(reader)
    record = record_of(meeting_of(space), RecordState.AGREED)
    for wanted in (1, 5):
        for _again in range(wanted):
            say(record, fia, ENGLISH)
            record_of(meeting_of(space), RecordState.AGREED)
        with django_assert_max_num_queries(20):
            client.get(reverse("record_compile"))
        with django_assert_max_num_queries(16):
            copies_for(reader, list(selectors.records_readable(reader)))


def test_nobody_without_an_account_compiles_records(client):
    assert client.get(reverse("record_compile")).status_code == 302
