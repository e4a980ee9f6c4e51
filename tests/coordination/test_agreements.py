"""The page of an agreement: its text as of a day, its addresses, its course, its relations, its warning, its paper."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from coordination import paper, selectors
from coordination.models import (
    Agreement,
    AgreementRelation,
    AgreementText,
    Amendment,
    Article,
    Marking,
    Party,
    Role,
)
from meetings.models import AgendaItem
from search.models import Entry
from tests.factories import (
    make_agreement,
    make_commitment,
    make_file,
    make_meeting,
    make_member,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_user,
    mark,
)
from tests.leaks.looking import steady

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def reader(space):
    return make_member(space, Role.READER)


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR)


@pytest.fixture
def agreement(space):
    agreement = make_agreement(space, title="On return", state="in_force", signed_on=date(2020, 2, 1))
    for number, title, body in (
        ("1", "Purpose", "<p>The parties cooperate.</p>"),
        ("2", "Contact points", "<p>Each party names one contact point.</p><p>It answers in ten days.</p>"),
        ("3", "Costs", "<p>Each bears its own.</p>"),
    ):
        Article.objects.create(agreement=agreement, number=number, title=title, body=body, sort_order=int(number))
    return agreement


def make_protocol(agreement, title, *changes, **fields):
    """An agreement that amends another; `changes` are (deed, article, day, and the fields of what is new)."""
    protocol = make_agreement(
        agreement.space, title=title, kind="protocol", amends=agreement, **{"state": "in_force", **fields}
    )
    for position, (deed, number, day, new) in enumerate(changes):
        Amendment.objects.create(
            agreement=protocol, deed=deed, article_number=number, takes_effect_on=day, sort_order=position, **new
        )
    return protocol


def read(client, user, obj, query=""):
    client.force_login(user)
    return client.get(obj.get_absolute_url() + query).content.decode()


# --- the text as of a day ------------------------------------------------------------------------------------------
def test_the_text_as_of_a_day_stands_beside_the_text_as_signed_with_the_differences(client, reader, agreement):
    new = {"title": "Contact points", "body": "<p>Each party names two contact points.</p>"}
    make_protocol(
        agreement, "First protocol", ("replace", "2", date(2022, 3, 1), new), ("delete", "3", date(2023, 1, 1), {})
    )
    before = read(client, reader, agreement, "?as_of=2022-02-28")
    assert b"two" not in steady(before.encode())
    page = read(client, reader, agreement, "?as_of=2022-03-01")
    assert '<del><span class="visually-hidden">deleted: </span>one</del>' in page
    assert '<ins><span class="visually-hidden">inserted: </span>two</ins>' in page
    assert "Each party names one contact point." in page
    assert "First protocol" in page
    assert "Each bears its own." in page
    clean = read(client, reader, agreement, "?as_of=2022-03-01&marks=0")
    assert "<p>Each party names two contact points.</p>" in clean
    assert "<ins>" not in clean
    later = read(client, reader, agreement, "?as_of=2023-01-01")
    assert "deleted: </span>Article 3: Costs</del>" in later


def test_without_a_day_the_text_as_signed_is_shown_and_that_it_was_amended(client, reader, agreement):
    make_protocol(agreement, "First protocol", ("delete", "3", date(2022, 3, 1), {}))
    page = read(client, reader, agreement)
    assert "It has been amended since." in page
    assert "Each bears its own." in page
    assert "<del>" not in page


@pytest.mark.parametrize("day", ["yesterday", "2022-13-01", "", "0000-00-00"])
def test_a_day_that_is_none_is_said_beside_the_field_and_the_text_as_signed_is_shown(client, reader, agreement, day):
    make_protocol(agreement, "First protocol", ("delete", "3", date(2022, 3, 1), {}))
    page = read(client, reader, agreement, f"?as_of={day}")
    assert "Each bears its own." in page
    assert ("Enter a valid date." in page) == bool(day)
    client.force_login(reader)
    pdf = client.get(reverse("agreement_pdf", args=[agreement.key]) + f"?as_of={day}")
    assert pdf.status_code == (404 if day else 200)


def test_a_protocol_that_is_not_signed_yet_changes_nothing(client, reader, agreement):
    make_protocol(agreement, "In talks", ("delete", "3", date(2022, 3, 1), {}), state="negotiation")
    assert "deleted" not in read(client, reader, agreement, "?as_of=2025-01-01")


def test_a_change_without_a_place_is_told(client, reader, agreement):
    make_protocol(agreement, "First protocol", ("delete", "9", date(2022, 3, 1), {}))
    assert "Article 9 is deleted" in read(client, reader, agreement, "?as_of=2025-01-01")


@pytest.mark.parametrize("way", ["page", "consolidated", "paper", "consolidated paper", "search"])
def test_a_protocol_that_the_reader_may_not_read_makes_no_difference_anywhere(client, reader, agreement, way):
    def shown():
        client.force_login(reader)
        day = "?as_of=2025-01-01" if "consolidated" in way else ""
        if way == "search":
            return list(Entry.objects.filter(object_id=agreement.pk).order_by("part").values_list("title", "body"))
        if "paper" in way:
            content = client.get(reverse("agreement_pdf", args=[agreement.key]) + day).content
            return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
        page = read(client, reader, agreement, day)
        return [line for line in page.splitlines() if "csrf" not in line.lower() and "nonce" not in line]

    with time_machine.travel("2026-03-01 12:00", tick=False):
        before = shown()
        new = {"number": "4", "title": "Closed title", "body": "<p>Closed text.</p>"}
        closed = make_protocol(
            agreement, "Closed protocol", ("insert", "3", date(2022, 3, 1), new), ("delete", "1", date(2022, 3, 1), {}),
            signed_on=date(2022, 1, 1),
        )  # fmt: skip
        AgreementRelation.objects.create(agreement=closed, to=agreement, kind="implements")
        AgreementRelation.objects.create(agreement=agreement, to=closed, kind="cites")
        mark(closed, Marking.RED, users=[make_member(agreement.space, Role.CHAIR)])
        assert shown() == before


def test_each_reader_reads_the_text_with_the_protocols_that_this_reader_may_read(client, reader, agreement):
    chair = make_member(agreement.space, Role.CHAIR)
    make_protocol(
        agreement, "Open", ("replace", "1", date(2022, 1, 1), {"body": "<p>Openly.</p>"}), signed_on=date(2021, 1, 1)
    )
    closed = make_protocol(
        agreement,
        "Closed",
        ("replace", "1", date(2022, 1, 1), {"body": "<p>Secretly.</p>"}),
        signed_on=date(2021, 2, 1),
    )
    mark(closed, Marking.RED, users=[chair])
    assert "Secretly" in read(client, chair, agreement, "?as_of=2024-01-01")
    page = read(client, reader, agreement, "?as_of=2024-01-01")
    assert "Openly" in page
    assert "Secretly" not in page


# --- addresses -----------------------------------------------------------------------------------------------------
def test_every_article_and_paragraph_has_an_address_and_a_link_to_copy(client, reader, agreement):
    article = agreement.articles.get(number="2")
    page = read(client, reader, agreement)
    for anchor in (article.anchor, f"{article.anchor}-1", f"{article.anchor}-2"):
        assert f'id="{anchor}"' in page
        assert f'href="#{anchor}" data-accord-copy' in page
    assert f'id="{article.anchor}-3"' not in page


def test_an_inserted_article_has_the_address_of_the_change_that_inserted_it(client, reader, agreement):
    new = {"number": "3 bis", "title": "Funds", "body": "<p>One.</p>"}
    protocol = make_protocol(agreement, "First protocol", ("insert", "3", date(2022, 1, 1), new))
    anchor = protocol.amendments.get().anchor
    assert f'id="{anchor}"' in read(client, reader, agreement, "?as_of=2024-01-01")
    assert f'id="{anchor}"' in read(client, reader, protocol)


# --- beside the text -----------------------------------------------------------------------------------------------
def test_beside_an_article_stand_its_commitments_and_the_meetings_that_the_reader_may_read(client, reader, agreement):
    [article] = agreement.articles.filter(number="1")
    meetings = [make_meeting(agreement.space, title=title) for title in ("Open talks", "Closed talks")]
    for meeting in meetings:
        paragraph = make_paragraph(make_record(meeting), kind="commitment")
        make_commitment(agreement.space, title=f"From {meeting.title.lower()}", article=article, source=paragraph)
    mark(meetings[1], Marking.RED, users=[])
    page = read(client, reader, agreement)
    assert "From open talks" in page
    assert "Discussed in" in page
    assert "Open talks</a>" in page
    assert "Closed talks</a>" not in page


def test_the_agenda_names_the_agreement_that_an_item_is_about(client, reader, agreement):
    meeting = make_meeting(agreement.space, title="Steering committee")
    AgendaItem.objects.create(meeting=meeting, title="Review", agreement=agreement, sort_order=1)
    assert "Steering committee" in read(client, reader, agreement)
    assert "On return" in read(client, reader, meeting)
    mark(agreement, Marking.RED, users=[])
    assert "On return" not in read(client, reader, meeting)


def test_parties_are_shown_with_who_signed_for_them_and_when(client, reader, agreement):
    Party.objects.create(
        agreement=agreement, organisation=make_organisation("FIA"), signatory="A. Khan",
        signatory_post="Director General", signed_on=date(2020, 1, 30),
    )  # fmt: skip
    page = read(client, reader, agreement)
    assert "A. Khan" in page
    assert "Director General" in page
    assert "30 January 2020" in page


def test_a_language_shows_its_file_to_those_who_may_open_it(client, reader, agreement):
    file = make_file(agreement.space, "treaty.txt", title="Text in Urdu")
    AgreementText.objects.create(agreement=agreement, language="ur", authentic=True, file=file)
    file.refresh_from_db()
    assert file.attached_to == agreement
    assert "Text in Urdu" in read(client, reader, agreement)
    mark(file, Marking.RED, users=[])
    page = read(client, reader, agreement)
    assert "Text in Urdu" not in page
    assert "Urdu" in page


def test_relations_are_shown_in_both_directions(client, reader, agreement):
    other = make_agreement(agreement.space, title="Action document")
    AgreementRelation.objects.create(agreement=other, to=agreement, kind="implements")
    protocol = make_protocol(agreement, "First protocol")
    assert {one.label: [str(a) for a in one.agreements] for one in selectors.relations_of(agreement, reader)} == {
        "Amended by": ["First protocol"], "Implemented by": ["Action document"],
    }  # fmt: skip
    assert "Implements" in read(client, reader, other)
    assert "Amends" in read(client, reader, protocol)


# --- its course and its warning ------------------------------------------------------------------------------------
def test_the_course_runs_from_signature_to_today_with_amendments_and_states(reader, agreement):
    agreement.in_force_from = date(2020, 6, 1)
    agreement.moves.create(
        author=reader, state_before="in_force", state_after="suspended", on=date(2021, 5, 1), reason="Notified."
    )
    make_protocol(
        agreement, "First protocol", ("delete", "3", date(2022, 3, 1), {}), ("delete", "2", date(2022, 3, 1), {})
    )
    amendments = selectors.amendments_to(agreement, reader)
    found = selectors.milestones_of(agreement, amendments, date(2026, 1, 1))
    assert [(one.on.isoformat(), one.label, one.detail) for one in found] == [
        ("2020-02-01", "Signed", ""),
        ("2020-06-01", "In force from", ""),
        ("2021-05-01", "Suspended", "Notified."),
        ("2022-03-01", "First protocol", "Amended: 2 changes"),
        ("2026-01-01", "Today", ""),
    ]
    drawn = selectors.drawn(found)
    assert [mark.x for mark in drawn.marks] == sorted(mark.x for mark in drawn.marks)
    mirrored = selectors.drawn(found, from_right=True)
    assert [mark.x for mark in mirrored.marks] == [1000 - mark.x for mark in drawn.marks]


def test_signs_of_days_close_to_each_other_do_not_cover_each_other(reader, agreement):
    agreement.in_force_from = agreement.signed_on + timedelta(days=1)
    drawn = selectors.drawn(selectors.milestones_of(agreement, [], date(2026, 1, 1)))
    places = [(mark.x, mark.line) for mark in drawn.marks]
    assert places[0][1] != places[1][1]


WARNINGS = [
    # in force until, notice in months, renewal, by months, today: ends on, notice by, warn from, renews
    ("2026-12-31", 6, "none", None, "2026-01-01", "2026-12-31", "2026-06-30", "2026-03-30", False),
    ("2026-08-31", 6, "none", None, "2026-01-01", "2026-08-31", "2026-02-28", "2025-11-28", False),
    ("2026-12-31", None, "none", None, "2026-01-01", "2026-12-31", None, "2026-09-30", False),
    ("2020-02-29", 3, "automatic", 12, "2026-01-01", "2026-02-28", "2025-11-28", "2025-08-28", True),
    ("2020-02-29", 3, "automatic", 12, "2028-02-29", "2028-02-29", "2027-11-29", "2027-08-29", True),
    ("2020-08-31", 0, "automatic", 6, "2021-03-01", "2021-08-31", "2021-08-31", "2021-05-31", True),
    ("2020-08-31", 1, "automatic", 5, "2020-08-31", "2020-08-31", "2020-07-31", "2020-04-30", True),
    ("2020-08-31", 1, "automatic", 5, "2020-09-01", "2021-01-31", "2020-12-31", "2020-09-30", True),
    ("2026-12-31", 6, "by_agreement", 12, "2026-01-01", "2026-12-31", "2026-06-30", "2026-03-30", False),
]  # fmt: skip


@pytest.mark.parametrize("row", WARNINGS)
def test_the_next_end_or_renewal_and_the_last_day_to_give_notice(row):
    until, notice, renewal, months, today, *expected = row
    agreement = Agreement(state="in_force", notice_months=notice, renewal=renewal, renewal_months=months)
    agreement.in_force_until = date.fromisoformat(until)
    warning = agreement.next_warning(date.fromisoformat(today))
    days = [day and day.isoformat() for day in (warning.ends_on, warning.notice_by, warning.warn_from)]
    assert [*days, warning.renews] == expected


@pytest.mark.parametrize(
    ("state", "until", "warns"),
    [
        ("in_force", date(2026, 6, 1), True), ("suspended", date(2026, 6, 1), True), ("signed", date(2026, 6, 1), True),
        ("negotiation", date(2026, 6, 1), False), ("terminated", date(2026, 6, 1), False),
        ("expired", date(2026, 6, 1), False), ("in_force", None, False), ("in_force", date(2025, 12, 31), False),
    ],
)  # fmt: skip
def test_only_what_runs_and_has_an_end_is_warned_of(state, until, warns):
    agreement = Agreement(state=state, in_force_until=until)
    assert (agreement.next_warning(date(2026, 1, 1)) is not None) == warns


def test_the_page_warns_from_three_months_before_the_last_day_of_notice(client, reader, agreement):
    agreement.in_force_until, agreement.notice_months = date(2026, 12, 31), 6
    agreement.save()
    for day, warned in (("2026-03-29", False), ("2026-03-30", True), ("2026-12-31", True), ("2027-01-01", False)):
        with time_machine.travel(f"{day} 12:00", tick=False):
            page = read(client, reader, agreement)
            assert ("This agreement ends on 31 December 2026." in page) == warned, day
            assert bool(selectors.ending_soon(Agreement.objects.all())) == warned, day
            in_list = client.get(reverse("agreement_list")).content.decode()
            assert ("notice until 30 June 2026" in in_list) == warned, day
    with time_machine.travel("2026-07-01 12:00", tick=False):
        assert "The last day to give notice was 30 June 2026." in read(client, reader, agreement)


# --- on paper ------------------------------------------------------------------------------------------------------
def test_the_paper_says_its_marking_on_each_page_and_is_kept_by_nobody(client, reader, agreement):
    agreement.articles.update(body="<p>" + "A long sentence of the text. " * 400 + "</p>")
    client.force_login(reader)
    answer = client.get(reverse("agreement_pdf", args=[agreement.key]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert answer["Content-Disposition"] == f'inline; filename="agreement-{agreement.key}.pdf"'
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
    assert len(pages) > 1
    assert all("TLP:AMBER" in page for page in pages)
    assert "On return" in pages[0]


def test_the_paper_holds_the_text_as_of_the_day(client, reader, agreement):
    make_protocol(
        agreement, "First protocol", ("replace", "1", date(2022, 1, 1), {"body": "<p>They cooperate anew.</p>"})
    )
    client.force_login(reader)
    texts = {}
    for day in ("2021-12-31", "2022-01-01"):
        content = client.get(reverse("agreement_pdf", args=[agreement.key]) + f"?as_of={day}").content
        texts[day] = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "They cooperate anew." not in texts["2021-12-31"]
    assert "They cooperate anew." in texts["2022-01-01"]


def test_paper_is_not_there_for_those_who_may_not_read_the_agreement(client, agreement):
    client.force_login(make_user())
    assert client.get(reverse("agreement_pdf", args=[agreement.key])).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["https://example.org/x.png", "file:///etc/hostname", "data:text/plain,x", "static:accord/tokens.css",
     "static:../config/settings.py", "static:fonts/../../config/settings.py"],
)  # fmt: skip
def test_paper_fetches_nothing_but_the_faces_of_the_site(address):
    with pytest.raises(ValueError, match="nothing is fetched"):
        paper.FacesOnly().fetch(address)


# --- found, and in how many queries --------------------------------------------------------------------------------
def test_the_texts_of_amendments_are_found(agreement):
    protocol = make_protocol(
        agreement, "First protocol", ("replace", "1", date(2022, 1, 1), {"body": "<p>Unmistakably new.</p>"})
    )
    protocol.save()
    change = protocol.amendments.get()
    [entry] = Entry.objects.filter(object_id=protocol.pk, part=change.anchor)
    assert "Unmistakably new." in entry.body
    assert entry.url == change.get_absolute_url()


def test_the_page_asks_as_many_queries_for_many_articles_amendments_and_relations_as_for_few(
    client, reader, agreement, django_assert_max_num_queries
):
    client.force_login(reader)

    def grow(start, times):
        for number in range(start, start + times):
            article = Article.objects.create(agreement=agreement, number=f"9{number}", body="<p>x</p>")
            make_commitment(agreement.space, article=article)
            protocol = make_protocol(agreement, f"Protocol {number}", ("delete", f"9{number}", date(2022, 1, 1), {}))
            AgreementRelation.objects.create(agreement=protocol, to=agreement, kind="cites")
            AgreementText.objects.create(agreement=agreement, language="en")
            Party.objects.create(agreement=agreement, organisation=make_organisation())

    for size in (1, 6):
        grow(size, size)
        client.get(agreement.get_absolute_url())
        for query in ("", "?as_of=2024-01-01"):
            with django_assert_max_num_queries(40):
                client.get(agreement.get_absolute_url() + query)
