"""One set of actions as a list, a board, a calendar and a timeline: narrowed down alike, for whoever may read them."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coordination import access, selectors
from coordination.models import Action, ActionState, Article, Commitment, Person, Priority, Role, Topic
from coordination.models.marking import new_key
from coordination.selectors import schedules
from coordination.views import action_lists
from tests.factories import (
    join,
    make_action,
    make_agreement,
    make_commitment,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_thread,
    make_user,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db
VIEWS = ("list", "board", "calendar", "timeline")
TODAY = timezone.localdate


def shown(client, query="", **more):
    """What the page says, and the titles of its actions in their order."""
    page = client.get(reverse("action_list") + query, **more)
    assert page.status_code == 200, query
    return page


def titles(page):
    rows = page.context.get("page")
    if rows is not None:
        return [row.title for row in rows.rows]
    if "columns" in page.context:
        return [card.title for entry in page.context["columns"] for card in entry["column"].cards]
    return [action.title for week in page.context["weeks"] for day in week for action in day.actions]


# --- the filters ----------------------------------------------------------------------------------------------------
@pytest.fixture
def many_kinds(space, fia, moi, liaison):
    """Actions that differ in everything by which they can be told apart."""
    person = Person.objects.create(name="Nadia Khan", user=liaison)
    today = TODAY()
    record = make_record(make_meeting(space))
    space.topics.set([Topic.objects.get_or_create(slug="border-management", defaults={"name": "Borders"})[0]])
    space.save()
    return {
        "late": make_action(space, fia, title="late", due_on=today - timedelta(days=3), owner_person=person),
        "urgent": make_action(space, moi, title="urgent", due_on=today + timedelta(days=9), priority=Priority.URGENT),
        "done": make_action(space, fia, title="done", due_on=today - timedelta(days=9), state=ActionState.DONE),
        "minuted": make_action(
            space, fia, title="minuted", description="Оформить визы", due_on=today + timedelta(days=1),
            source=make_paragraph(record),
        ),
        "elsewhere": make_action(make_space(), fia, title="elsewhere"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["late", "minuted", "urgent"]),
        ("?q=оформить", ["minuted"]),
        ("?whose=mine", ["late"]),
        ("?whose=ours", ["late", "minuted"]),
        ("?organisation=MOI", ["urgent"]),
        ("?person=NADIA", ["late"]),
        ("?space=SPACE", ["late", "minuted", "urgent"]),
        ("?state=any", ["done", "late", "minuted", "urgent"]),
        ("?state=done", ["done"]),
        ("?priority=4", ["urgent"]),
        ("?due_since=TODAY", ["minuted", "urgent"]),
        ("?due_until=TODAY", ["late"]),
        ("?overdue=on", ["late"]),
        ("?source=paragraph", ["minuted"]),
        ("?source=none", ["late", "urgent"]),
        ("?topic=border-management", ["late", "minuted", "urgent"]),
        ("?sort=priority", ["urgent", "late", "minuted"]),
        ("?sort=updated&state=any", ["minuted", "done", "urgent", "late"]),
    ],
)
def test_each_filter_leaves_what_it_says_in_every_view(query, expected, client, many_kinds, liaison, space, moi):
    late = many_kinds["late"]
    for name, value in {"MOI": moi.pk, "NADIA": late.owner_person_id, "SPACE": space.key, "TODAY": TODAY()}.items():
        query = query.replace(name, str(value))
    client.force_login(liaison)
    assert titles(shown(client, query)) == expected
    for view in ("board", "timeline"):
        page = shown(client, f"{query or '?'}&view={view}")
        assert sorted(titles(page)) == sorted(expected), view


@pytest.mark.both_stacks
def test_what_came_from_something_closed_to_the_reader_was_written_by_hand(client, liaison, chair, space, fia, moi):
    closed, drafted = make_record(make_meeting(space)), make_visit(space, live=False)
    mark(closed, "RED", users=[chair])
    secret = make_space("Secret")
    sources = {
        "paragraph": (make_paragraph(make_record(make_meeting(space))), make_paragraph(closed)),
        "message": (make_message(make_thread(space)), make_message(make_thread(secret, subject="Closed"))),
        "commitment": (make_commitment(space), make_commitment(secret)),
        "visit": (make_visit(space), drafted),
    }
    for kind, (open_one, closed_one) in sources.items():
        make_action(space, fia, title=f"open {kind}", source=open_one)
        make_action(space, fia, title=f"closed {kind}", source=closed_one)
    make_action(space, fia, title="gone", source=make_commitment(space))
    Commitment.objects.latest("pk").delete()
    client.force_login(liaison)
    for kind in sources:
        assert titles(shown(client, f"?source={kind}")) == [f"open {kind}"]
    by_hand = sorted(["gone", *(f"closed {kind}" for kind in sources)])
    assert sorted(titles(shown(client, "?source=none"))) == by_hand
    client.force_login(chair)
    assert sorted(titles(shown(client, "?source=paragraph"))) == ["closed paragraph", "open paragraph"]


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_closed_to_the_reader_is_in_no_view_and_in_no_choice(view, client, liaison, space, fia):
    other_space, other = make_space("Closed space"), make_organisation("VERBORGEN")
    stranger = Person.objects.create(name="Verborgen Person")
    hidden = make_action(other_space, other, title="verborgen", due_on=TODAY(), owner_person=stranger)
    red = mark(make_action(space, make_organisation("REDORG"), title="red", due_on=TODAY()), "RED", users=[])
    make_action(space, fia, title="open", due_on=TODAY())
    client.force_login(liaison)
    plain = shown(client, f"?view={view}")
    assert titles(plain) == ["open"]
    for word in ("verborgen", "Verborgen", "Closed space", "VERBORGEN", "REDORG", hidden.key, red.key, other_space.key):
        assert word not in plain.content.decode(), word
    for query in (f"organisation={other.pk}", f"space={other_space.key}", f"person={stranger.pk}"):
        page = shown(client, f"?view={view}&{query}")
        assert titles(page) == ["open"], "a value that is not offered narrows nothing"


def test_the_topic_of_a_space_that_the_reader_may_not_know_of_finds_nothing(client, liaison, space, fia):
    topic = Topic.objects.get_or_create(slug="labour-mobility", defaults={"name": "Labour"})[0]
    closed = make_space("Closed space")
    closed.topics.set([topic])
    closed.save()
    mark(make_action(closed, fia, title="known to all partners"), "GREEN")
    client.force_login(liaison)
    page = shown(client, "?topic=labour-mobility")
    assert titles(page) == ["known to all partners"], "the topic is not offered, so it narrows nothing"
    assert "Labour" not in page.content.decode()


NONSENSE = [
    "page=abc", "page=-1", "page=0", "page=99999999999999999999", "page=%00", "due_since=99", "due_until=2026-13-45",
    "due_since=0001-01-01", "due_until=9999-12-31", f"q={'x' * 10_000}", "q=%00", "q=%25%27%22%3Cscript%3E",
    "organisation=999999999999999999999", "organisation=x", "organisation=%00", "space=%00", "space=nowhere",
    "person=99999999999", "person=%00", "person=-1", "person=١", "state=%00", "priority=99", "priority=abc",
    "whose=nobody", "source=%00", "source=logentry", "topic=%00", "sort=%00", "sort=title", "overdue=%00",
    "month=2026-00", "month=abc", "month=9999-12", "month=0000-01", "month=%00", "month=-", "view=%00", "view=x",
    "show_open=-5", "show_open=abc", "show_done=99999999999999", "saved=%00", "saved=nothing",
    "country=%00", "agreement=%00", "reports=x", "change=new&since=0001-01-01", "change=new&since=9999-12-31",
]  # fmt: skip


@pytest.mark.parametrize("address", ["action_list", "commitment_list"])
def test_nonsense_in_any_parameter_is_answered_with_a_page(address, client, liaison, space, fia):
    make_action(space, fia, title="open", due_on=TODAY())
    make_commitment(space, fia, title="owed", due_on=TODAY())
    liaison.time_zone = "Asia/Tashkent"
    liaison.save()
    client.force_login(liaison)
    # All views are asked in one way: they take turns.
    views = itertools.cycle(VIEWS if address == "action_list" else ("list",))
    for query, view in zip(NONSENSE, views, strict=False):
        page = client.get(f"{reverse(address)}?{query}" + ("" if query.startswith("view=") else f"&view={view}"))
        assert page.status_code == 200, (query, view)
        assert len(page.content) < 120_000, f"{query[:20]} is repeated over and over"


def test_a_bad_value_is_said_beside_its_field_and_the_rest_still_narrows(client, many_kinds, liaison):
    client.force_login(liaison)
    page = shown(client, "?due_since=yesterday&whose=mine")
    assert titles(page) == ["late"]
    assert "Enter a valid date" in page.content.decode() and 'value="yesterday"' in page.content.decode()
    assert page.context["filters"].more_is_open, "what is wrong is not hidden"


def test_what_is_behind_more_filters_is_asked_for_once_it_is_opened(client, many_kinds, liaison):
    client.force_login(liaison)
    folded, opened = shown(client, "?q=late"), shown(client, "?q=late&more=1")

    assert 'name="person"' not in folded.content.decode() and 'name="sort"' not in folded.content.decode()
    assert 'name="person"' in opened.content.decode() and 'name="sort"' in opened.content.decode()
    assert titles(folded) == titles(opened) == ["late"]
    assert 'value="late"' in opened.content.decode(), "what was typed is kept"
    assert opened.context["tabs"] == folded.context["tabs"], "that it is open narrows nothing"
    with CaptureQueriesContext(connection) as for_folded:
        shown(client, "?q=late")
    with CaptureQueriesContext(connection) as for_opened:
        shown(client, "?q=late&more=1")
    assert len(for_folded) < len(for_opened)


def test_links_from_one_view_to_another_keep_the_filters(client, many_kinds, liaison):
    client.force_login(liaison)
    page = shown(client, "?whose=ours&q=late&view=board&due_since=nonsense")
    addresses = {tab["label"]: tab["url"] for tab in page.context["tabs"]}
    assert addresses["List"] == "/actions/?q=late&whose=ours"
    assert addresses["Calendar"] == "/actions/?q=late&whose=ours&view=calendar"
    assert page.context["clear_url"] == "/actions/?view=board"


# --- the list -------------------------------------------------------------------------------------------------------
def fill(space, owner, rows, **fields):
    """`rows` more actions, written at once, as no user could."""
    audience = access.intern({access.space_token(space.pk)})
    shared = {"space": space, "owner": owner, "own_audience": audience, "audience": audience, **fields}
    Action.objects.bulk_create(Action(title=f"Action {n}", key=new_key(), **shared) for n in range(rows))


def test_a_long_list_is_turned_page_by_page_and_counted_as_far_as_it_is_of_use(
    client, liaison, space, fia, monkeypatch
):
    monkeypatch.setattr(selectors.lists, "COUNTED_AT_MOST", 100)
    monkeypatch.setattr(selectors, "COUNTED_AT_MOST", 100)
    monkeypatch.setattr(selectors.lists.counted, "__defaults__", (100,))
    monkeypatch.setattr(action_lists, "PAGES_AT_MOST", 3)
    fill(space, fia, 180, due_on=TODAY())
    client.force_login(liaison)
    first = shown(client)
    assert "more than 100" in first.content.decode() and not first.context["previous_url"]
    second = client.get(first.context["next_url"])
    assert not set(titles(first)) & set(titles(second))
    third = client.get(second.context["next_url"])
    assert third.context["page"].number == 3 and not third.context["next_url"]
    assert "Narrow the list down" in third.content.decode()
    assert titles(shown(client, "?page=2&whose=ours&q=Action 179")) == ["Action 179"], (
        "a page beyond the last is the first"
    )


def test_an_empty_list_says_what_to_do_next(client, liaison, space, fia):
    client.force_login(liaison)
    assert "Open a space to add one" in shown(client).content.decode()
    make_action(space, fia, title="open")
    narrowed = shown(client, "?q=nothing").content.decode()
    assert "The filters leave nothing over." in narrowed and "Show everything that is still to be done" in narrowed
    for view in VIEWS:
        assert shown(client, f"?view={view}&q=nothing").status_code == 200


def test_whoever_may_change_nothing_is_offered_no_box(client, space, fia):
    make_action(space, fia)
    client.force_login(make_member(space, Role.READER, fia))
    page = shown(client).content.decode()
    assert 'name="chosen"' not in page and "Change the chosen" not in page
    assert 'name="seen_state"' not in shown(client, "?view=board").content.decode()


# --- the board ------------------------------------------------------------------------------------------------------
def test_a_column_shows_some_cards_and_more_of_them_on_demand(client, liaison, space, fia):
    fill(space, fia, schedules.CARDS_AT_FIRST + 5)
    client.force_login(liaison)
    page = shown(client, "?view=board")
    entry = page.context["columns"][0]
    assert (len(entry["column"].cards), entry["column"].number) == (
        schedules.CARDS_AT_FIRST,
        schedules.CARDS_AT_FIRST + 5,
    )
    more = client.get(entry["more_url"])
    assert len(more.context["columns"][0]["column"].cards) == schedules.CARDS_AT_FIRST + 5
    assert not more.context["columns"][0]["column"].has_more


def test_a_state_that_the_filter_leaves_out_has_a_column_to_move_to_and_no_cards(client, many_kinds, liaison):
    client.force_login(liaison)
    columns = {entry["column"].state: entry["column"] for entry in shown(client, "?view=board").context["columns"]}
    assert list(columns) == ActionState.values
    assert not columns["done"].is_looked_into and columns["done"].cards == []
    columns = shown(client, "?view=board&state=any").context["columns"]
    assert [card.title for card in columns[3]["column"].cards] == ["done"]


def test_a_card_is_moved_by_the_form_in_its_menu_and_leads_back_to_the_board(client, many_kinds, liaison):
    client.force_login(liaison)
    action = many_kinds["late"]
    back = "/actions/?whose=ours&view=board"
    sent = {
        "state": "in_progress",
        "seen_state": "open",
        "submission": "7e7e7e7e-0000-4000-8000-000000000001",
        "back": back,
    }
    for _time in ("once", "twice"):
        answer = client.post(reverse("action_move", kwargs={"key": action.key}), sent)
        assert (answer.status_code, answer["Location"]) == (302, back)
    action.refresh_from_db()
    assert action.state == "in_progress" and action.updates.count() == 1


@pytest.mark.parametrize("back", ["https://evil.example/actions/", "//evil.example", "/desk/", "", "\x00", "x" * 9000])
def test_a_card_leads_back_to_no_other_page(back, client, many_kinds, liaison):
    client.force_login(liaison)
    sent = {
        "state": "in_progress",
        "seen_state": "open",
        "submission": "7e7e7e7e-0000-4000-8000-000000000001",
        "back": back,
    }
    answer = client.post(reverse("action_move", kwargs={"key": many_kinds["late"].key}), sent)
    assert answer.status_code == 200 or answer["Location"] == "/actions/?view=board"


def test_a_move_that_needs_a_reason_asks_for_it_and_keeps_the_choice(client, many_kinds, liaison):
    client.force_login(liaison)
    action = many_kinds["late"]
    address = reverse("action_move", kwargs={"key": action.key})
    sent = {"state": "waiting", "seen_state": "open", "submission": "7e7e7e7e-0000-4000-8000-000000000001"}
    page = client.post(address, sent)
    assert page.status_code == 200 and "Say why it waits." in page.content.decode()
    assert page.context["form"]["state"].value() == "waiting"
    action.refresh_from_db()
    assert action.state == "open"
    assert (
        client.post(address, {**sent, "waiting_reason": "No visa yet.", "waiting_for_text": "the embassy"}).status_code
        == 302
    )


def test_a_card_moved_meanwhile_by_somebody_else_is_not_moved_back(client, many_kinds, liaison):
    client.force_login(liaison)
    action = many_kinds["late"]
    Action.objects.filter(pk=action.pk).update(state="in_progress")
    page = client.post(
        reverse("action_move", kwargs={"key": action.key}),
        {"state": "cancelled", "seen_state": "open", "submission": "7e7e7e7e-0000-4000-8000-000000000001"},
    )
    assert page.status_code == 200 and "Somebody else has changed this" in page.content.decode()
    action.refresh_from_db()
    assert action.state == "in_progress"


# --- the calendar ---------------------------------------------------------------------------------------------------
def test_a_day_with_much_due_leads_to_the_list_of_that_day(client, liaison, space, fia):
    day = date(2026, 5, 14)
    fill(space, fia, schedules.SHOWN_ON_A_DAY + 4, due_on=day)
    client.force_login(liaison)
    page = shown(client, "?view=calendar&month=2026-05&whose=ours")
    [busy] = [one for week in page.context["weeks"] for one in week if one.number]
    assert (busy.on, len(busy.actions), busy.more) == (day, schedules.SHOWN_ON_A_DAY, 4)
    assert "4 more" in page.content.decode()
    assert busy.url == "/actions/?whose=ours&due_since=2026-05-14&due_until=2026-05-14"
    assert len(titles(client.get(busy.url))) == schedules.SHOWN_ON_A_DAY + 4


@pytest.mark.parametrize(
    "month, before, after",
    [("2026-01", "2025-12", "2026-02"), ("2024-02", "2024-01", "2024-03"), ("2026-12", "2026-11", "2027-01")],
)
def test_months_lead_to_the_one_before_and_the_next(month, before, after, client, liaison):
    client.force_login(liaison)
    page = shown(client, f"?view=calendar&month={month}&state=any")
    assert f"month={before}" in page.context["previous_url"] and "state=any" in page.context["previous_url"]
    assert f"month={after}" in page.context["next_url"]
    days = [day.on for week in page.context["weeks"] for day in week]
    assert days[0].weekday() == 0 and len(days) % 7 == 0
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


# --- the timeline ---------------------------------------------------------------------------------------------------
def test_a_bar_runs_from_its_first_day_to_its_last(space, fia):
    axis = schedules.axis_of(date(2026, 1, 1))
    assert axis.ends == date(2026, 6, 30)
    whole = Action(owner=fia, starts_on=date(2026, 1, 1), due_on=date(2026, 6, 30))
    before = Action(owner=fia, starts_on=date(2025, 1, 1), due_on=date(2026, 1, 1))
    mark_only = Action(owner=fia, due_on=date(2026, 6, 30))
    [(_owner, bars)] = schedules.bars_of([whole, before, mark_only], axis)
    assert (bars[0].x, bars[0].width, bars[0].is_mark) == ("0.00%", "100.00%", False)
    assert (bars[1].x, bars[1].width) == ("0.00%", "0.55%")
    assert bars[2].is_mark and bars[2].x == "99.45%"
    [(_owner, [last])] = schedules.bars_of([Action(owner=fia, due_on=date.max)], axis)
    assert (last.x, last.width) == ("100.00%", "0.00%"), "the last day that there is has no morrow"
    mirrored = schedules.axis_of(date(2026, 1, 1), is_mirrored=True)
    [(_owner, [bar])] = schedules.bars_of([before], mirrored)
    assert (bar.x, bar.width) == ("99.45%", "0.55%")


def test_the_timeline_shows_what_touches_its_months_by_organisation_and_is_a_table_besides(
    client, liaison, space, fia, moi
):
    inside = {"starts_on": date(2026, 2, 1), "due_on": date(2026, 3, 1)}
    make_action(space, moi, title="second", **inside)
    make_action(space, fia, title="first", **inside)
    make_action(space, fia, title="reaches in", starts_on=date(2025, 1, 1), due_on=date(2027, 1, 1))
    make_action(space, fia, title="over before", starts_on=date(2025, 1, 1), due_on=date(2025, 12, 31))
    make_action(space, fia, title="begins after", starts_on=date(2026, 7, 1), due_on=date(2026, 8, 1))
    make_action(space, fia, title="no day")
    client.force_login(liaison)
    page = shown(client, "?view=timeline&month=2026-01")
    assert titles(page) == ["first", "reaches in", "second"]
    assert [str(owner) for owner, _bars in page.context["groups"]] == ["FIA (PK)", "MoI (PK)"]
    text = page.content.decode()
    assert '<th scope="rowgroup"' in text and "style=" not in text


# --- how often the database is asked --------------------------------------------------------------------------------
@pytest.mark.both_stacks
def test_no_view_takes_more_queries_for_many_rows_than_for_few(client, liaison, chair, space, fia):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    today = TODAY()
    for state in ActionState.values:
        fill(space, fia, 3, due_on=today, state=state)
    for _number in range(3):
        make_commitment(space, fia, due_on=today)
    addresses = [reverse("action_list") + f"?view={view}&state=any&whose=ours" for view in VIEWS]
    addresses += [reverse(name) + query for name in ("action_list", "commitment_list") for query in ("", "?more=1")]
    addresses += [reverse("commitment_list") + "?reports=pending"]
    client.force_login(liaison)
    for address in addresses:
        client.get(address)
    few = {address: queries(address) for address in addresses}
    for state in ActionState.values:
        fill(space, fia, 60, due_on=today, state=state)
    for number in range(10):
        other, organisation = make_space(), make_organisation()
        join(liaison, other)
        join(make_user(organisation=organisation), space)
        make_action(other, organisation, due_on=today + timedelta(days=number))
        make_commitment(other, organisation, due_on=today)
    many = {address: queries(address) for address in addresses}
    assert many == few
    assert max(many.values()) <= 30


# --- commitments ----------------------------------------------------------------------------------------------------
def test_commitments_are_narrowed_by_the_same_and_by_reports_that_wait(client, chair, liaison, space, fia, moi):
    agreement = make_agreement(space, title="Memorandum")
    article = Article.objects.create(agreement=agreement, number="1", title="Officers")
    waiting = make_commitment(space, fia, title="waits", article=article, due_on=TODAY() - timedelta(days=1))
    waiting.reports.create(author=liaison, text="Done.", state_before="not_started", state_after="on_track")
    make_commitment(space, moi, title="plain", due_on=TODAY() + timedelta(days=5))
    client.force_login(chair)
    for query, expected in {
        "": ["waits", "plain"],
        "?reports=pending": ["waits"],
        "?whose=ours": ["plain"],
        "?overdue=on": ["waits"],
        f"?agreement={agreement.key}": ["waits"],
        f"?organisation={moi.pk}": ["plain"],
        "?country=PK&sort=updated": ["plain", "waits"],
        f"?due_since={TODAY()}": ["plain"],
    }.items():
        assert titles(client.get(reverse("commitment_list") + query)) == expected, query
    assert Commitment.objects.count() == 2
