"""Imports: previewed by row and column, all rows or none, and nothing twice."""

import csv
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coordination import columns, services
from coordination.import_plan import Plan
from coordination.models import (
    Action,
    ActionFollower,
    Article,
    AuditEntry,
    Commitment,
    Import,
    ImportStage,
    Marking,
    Person,
    Role,
)
from tests.factories import (
    make_action,
    make_agreement,
    make_commitment,
    make_member,
    make_organisation,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
HEADINGS = ["No", "Title", "Responsible", "Deadline", "Priority", "Status"]


def sheet(*rows, headings=HEADINGS):
    content = io.StringIO()
    csv.writer(content).writerows([headings, *rows])
    return content.getvalue().encode()


def row(number, title="Name a contact", owner="FIA", due="2026-12-31", priority="", state=""):
    return [f"A-{number}", title, owner, due, priority, state]


def checked(actor, space, content, kind="actions"):
    job = services.open_import(actor, space, kind, content=content, file_name="follow-up.csv", submission=uuid4())
    return services.match_columns(actor, job, job.matching)


def imported(actor, space, content, kind="actions"):
    job = checked(actor, space, content, kind)
    assert job.problems == []
    if job.made + job.changed:
        services.start_import(actor, job)
        services.run_import.func(job.key)
    job.refresh_from_db()
    return job


def counts(job):
    return (job.made, job.changed, job.unchanged)


@pytest.mark.both_stacks
def test_a_sheet_comes_in_whole_and_again_changes_nothing(space, fia, moi, liaison, chair):
    content = sheet(row(1, state="In Progress"), row(2, "Send the list", "MoI", "", "high"))
    job = imported(liaison, space, content)
    assert job.stage == ImportStage.DONE and counts(job) == (2, 0, 0)
    first, second = Action.objects.order_by("external_reference")
    assert (first.title, first.owner, first.due_on, first.space) == ("Name a contact", fia, date(2026, 12, 31), space)
    assert (first.state, second.state) == ("in_progress", "open")
    assert (second.owner, second.priority, second.due_on) == (moi, 3, None)
    assert first.created_by == liaison and first.short_reference
    before = list(Action.objects.values_list("pk", "version").order_by("pk"))
    again = imported(liaison, space, content)
    assert counts(again) == (0, 0, 2)
    # By a colleague too, who reads the same.
    assert counts(imported(chair, space, content)) == (0, 0, 2)
    assert list(Action.objects.values_list("pk", "version").order_by("pk")) == before


def test_a_changed_row_changes_its_action_and_no_other(space, fia, moi, liaison, chair):
    imported(liaison, space, sheet(row(1), row(2, "Send the list")))
    handed_on = row(1, due="2027-01-31", owner="MoI", state="done")
    job = imported(liaison, space, sheet(handed_on, row(2, "Send the list")))
    assert counts(job) == (0, 1, 1)
    changed = Action.objects.get(external_reference="A-1")
    assert (changed.due_on, changed.owner, changed.state) == (date(2027, 1, 31), moi, "done")
    verbs = AuditEntry.objects.filter(object_id=changed.pk, object_type__model="action").values_list("verb", flat=True)
    assert {"action created", "action changed", "action reassigned"} <= set(verbs)


def test_rows_without_any_reference_are_known_by_what_they_say(space, fia, liaison):
    content = sheet(["Name a contact", "FIA", "2026-12-31"], headings=["Title", "Organisation", "Due on"])
    assert counts(imported(liaison, space, content)) == (1, 0, 0)
    assert counts(imported(liaison, space, content)) == (0, 0, 1)


BAD_CELLS = [
    ({"title": ""}, "What is to be done", "missing"),
    ({"title": "x" * 300}, "What is to be done", "255"),
    ({"title": "turned \u202e round"}, "What is to be done", "invisible"),
    ({"owner": ""}, "Organisation", "missing"),
    ({"owner": "NASA"}, "Organisation", "No organisation"),
    ({"due": "soon"}, "Due on", "not a day"),
    ({"due": "31/12/2026"}, "Due on", "not a day"),
    ({"due": "2026-02-30"}, "Due on", "not in the calendar"),
    ({"due": "2926-06-30"}, "Due on", "between 1900 and 2199"),
    ({"due": "=TODAY()"}, "Due on", "not a day"),
    ({"priority": "terrible"}, "Priority", "none of"),
    ({"state": "waiting"}, "State", "reason"),
    ({"owner": "MoI", "state": "done"}, "State", "follow it up"),
]


def test_each_bad_cell_is_named_by_row_and_column(space, fia, liaison, rapporteur):
    rows = [row(number, **cells) for number, (cells, _column, _told) in enumerate(BAD_CELLS)]
    job = checked(liaison, space, sheet(row("good"), *rows))
    assert [(number, column) for number, column, _sentence in job.problems] == [
        (number, column) for number, (_cells, column, _told) in enumerate(BAD_CELLS, start=3)
    ]
    for (_number, _column, sentence), (_cells, _bad, told) in zip(job.problems, BAD_CELLS, strict=True):
        assert told in sentence
    assert counts(job) == (1, 0, 0)
    with pytest.raises(ValidationError):
        services.start_import(liaison, job)
    assert not Action.objects.exists()


def test_a_formula_is_taken_as_the_text_that_it_is(space, fia, liaison):
    imported(liaison, space, sheet(row(1, title="=HYPERLINK(1)"), row(2, title="'-5 officers")))
    assert set(Action.objects.values_list("title", flat=True)) == {"=HYPERLINK(1)", "-5 officers"}


def test_the_same_row_twice_in_one_sheet_is_refused(space, fia, liaison):
    job = checked(liaison, space, sheet(row(1), row(1, title="Another")))
    assert [(number, column) for number, column, _sentence in job.problems] == [(3, "Your reference")]


@pytest.mark.both_stacks
def test_what_has_changed_since_the_preview_is_refused_and_nothing_is_written(space, fia, liaison):
    imported(liaison, space, sheet(row(1), row(2, "Send the list")))
    job = checked(liaison, space, sheet(row(1, "Name two contacts"), row(2, "Send both lists"), row(3, "New")))
    action = Action.objects.get(external_reference="A-2")
    services.edit_action(liaison, action, version=action.version, title="Somebody was quicker")
    services.start_import(liaison, job)
    services.run_import.func(job.key)
    job.refresh_from_db()
    assert job.stage == ImportStage.FAILED and [number for number, *_rest in job.problems] == [3]
    assert set(Action.objects.values_list("title", flat=True)) == {"Name a contact", "Somebody was quicker"}
    job = services.check_again(liaison, job)
    assert job.stage == ImportStage.PREVIEW and counts(job) == (1, 2, 0)


@pytest.mark.both_stacks
def test_a_row_that_a_service_refuses_takes_all_others_back(space, fia, liaison, monkeypatch):
    from coordination.services import imports

    really_create = imports.create_action

    def refuse_the_third(actor, space, **fields):
        if fields["external_reference"] == "A-3":
            raise ValidationError({"title": "Not this one."})
        return really_create(actor, space, **fields)

    monkeypatch.setattr(imports, "create_action", refuse_the_third)
    job = checked(liaison, space, sheet(*(row(number, f"Task {number}") for number in range(1, 5))))
    services.start_import(liaison, job)
    services.run_import.func(job.key)
    job.refresh_from_db()
    assert job.stage == ImportStage.FAILED
    assert [tuple(one) for one in job.problems] == [(4, "What is to be done", "Not this one.")]
    assert not Action.objects.exists()


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_does_it_all(space, fia, liaison, monkeypatch):
    from coordination.services import imports

    class Killed(BaseException):
        pass

    job = checked(liaison, space, sheet(row(1), row(2, "Send the list")))
    services.start_import(liaison, job)
    with monkeypatch.context() as patched:
        patched.setattr(imports, "_finish", lambda *_all: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            services.run_import.func(job.key)
    assert not Action.objects.exists()
    services.run_import.func(job.key)
    services.run_import.func(job.key)
    assert Action.objects.count() == 2


def test_a_right_that_has_ended_by_then_imports_nothing(space, fia, liaison, chair):
    job = checked(liaison, space, sheet(row(1)))
    services.start_import(liaison, job)
    services.revoke_membership(chair, space, liaison)
    services.run_import.func(job.key)
    job.refresh_from_db()
    assert job.stage == ImportStage.FAILED and not Action.objects.exists()


def test_an_import_tells_each_organisation_once(space, fia, moi, liaison, chair):
    from discussion.models import Notification

    imported(chair, space, sheet(*(row(number, f"Task {number}") for number in range(5))))
    assert list(Notification.objects.filter(user=liaison).values_list("kind", flat=True)) == ["sheet_imported"]
    entry = AuditEntry.objects.get(verb="sheet imported")
    assert entry.space_id == space.pk and entry.after == {"kind": "actions", "made": 5, "changed": 0, "same": 0}


# --- what is closed ------------------------------------------------------------------------------------------------
def test_a_reference_of_something_closed_is_as_one_of_nothing(space, fia, liaison, chair):
    closed = mark(make_action(space, owner=fia), Marking.RED, users=[chair])
    rows = [[closed.short_reference, "Title", "FIA"], ["ACT-1999-00000", "Title two", "FIA"]]
    job = checked(liaison, space, sheet(*rows, headings=["Reference", "Title", "Organisation"]))
    (_row, column, one), (_other, other_column, other) = job.problems
    assert column == other_column == "Reference" and one == other


def test_a_sheets_own_reference_that_somebody_else_keeps_closed_is_free(space, fia, liaison, chair):
    closed = mark(make_action(space, owner=fia, external_reference="A-1", created_by=chair), Marking.RED, users=[chair])
    assert counts(imported(liaison, space, sheet(row(1)))) == (1, 0, 0)
    closed.refresh_from_db()
    assert closed.version == 1


def test_what_one_may_read_and_not_change_is_refused(space, fia, moi, liaison, chair):
    action = make_action(space, owner=moi, title="Theirs")
    headings = ["Reference", "Title", "Organisation"]
    content = sheet([action.short_reference, "Ours", "MoI"], headings=headings)
    assert "not change" in checked(liaison, space, content).problems[0][2]
    assert counts(checked(liaison, space, sheet([action.short_reference, "Theirs", "MoI"], headings=headings))) == (
        0, 0, 1,
    )  # fmt: skip


def test_only_contributors_import_actions_and_only_rapporteurs_commitments(space, fia, liaison, stranger):
    reader = make_member(space, Role.READER, fia)
    for actor, kind in ((reader, "actions"), (stranger, "actions"), (liaison, "commitments")):
        with pytest.raises(PermissionDenied):
            services.open_import(actor, space, kind, content=sheet(row(1)))


def test_an_import_is_there_for_its_author_alone(client, space, fia, liaison, chair):
    job = checked(liaison, space, sheet(row(1)))
    for viewer, status in ((chair, 404), (liaison, 200)):
        client.force_login(viewer)
        assert client.get(job.get_absolute_url()).status_code == status
        deed = client.post(reverse("import_deed", args=[job.key, "discard"]))
        assert deed.status_code == (404 if viewer == chair else 302)
    assert not Import.objects.exists()


def test_it_is_forgotten_after_a_week_and_its_rows_at_once(space, fia, liaison):
    from django_tasks_db.models import DBTaskResult

    job = imported(liaison, space, sheet(row(1)))
    assert (job.rows, job.headings, job.shown) == ([], [], [])
    later = DBTaskResult.objects.get(task_path__endswith="forget_import")
    assert later.run_after - timezone.now() > services_days(6)
    assert "A-1" not in str(later.args_kwargs)
    services.forget_import.func(job.key)
    assert not Import.objects.exists()


def services_days(number):
    from datetime import timedelta

    return timedelta(days=number)


# --- commitments, persons, languages -------------------------------------------------------------------------------
def test_commitments_come_in_with_their_article_and_their_numbers(space, fia, liaison, chair):
    agreement = make_agreement(space)
    article = Article.objects.create(agreement=agreement, number="4", body="<p>Text</p>")
    headings = ["Your reference", "Title", "Who undertook it", "Article", "Unit", "Target", "Due on", "Owed"]
    rows = [["C-1", "Train officers", "FIA (PK)", f"{agreement.short_reference}/4", "officers", "1 200,5", "31.12.2026",
             "every year"]]  # fmt: skip
    job = imported(chair, space, sheet(*rows, headings=headings), "commitments")
    assert counts(job) == (1, 0, 0)
    made = Commitment.objects.get()
    assert (made.article, str(made.target), made.due_on) == (article, "1200.500", date(2026, 12, 31))
    assert made.recurrence == "yearly"
    assert counts(imported(chair, space, sheet(*rows, headings=headings), "commitments")) == (0, 0, 1)
    rows[0][4] = ""
    job = checked(chair, space, sheet(*rows, headings=headings), "commitments")
    assert [(number, column) for number, column, _sentence in job.problems] == [(2, "Unit")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1,200", "1200 or 1.2"),
        ("1.200", "1200 or 1.2"),
        ("-12,500", "-12500 or -12.5"),
        ("1,125", "1125 or 1.125"),
        ("1 200.000", ""),
        ("1.125", ""),
    ],
)
def test_a_number_that_may_be_a_thousand_times_as_large_is_asked_about(space, fia, liaison, chair, typed, meant):
    headings = ["Title", "Who undertook it", "Unit", "Target"]
    job = checked(chair, space, sheet(["Train", "FIA", "officers", typed], headings=headings), "commitments")
    asked = [(2, "Target", f"“{typed}” may be {meant}. Write it as one of these.")] if meant else []
    assert [tuple(problem) for problem in job.problems] == asked


def test_a_number_beyond_all_numbers_is_refused_beside_its_cell(space, fia, liaison, chair):
    headings = ["Title", "Who undertook it", "Unit", "Target"]
    job = checked(chair, space, sheet(["Train", "FIA", "officers", "1e9999999"], headings=headings), "commitments")
    assert [column for _row, column, _sentence in job.problems] == ["Target"]


def test_without_a_country_an_organisation_is_named_beside_one_of_the_same_acronym(space, liaison):
    for country in (None, "PK"):
        make_member(space, Role.READER, make_organisation("IOM", country=country))
    imported(liaison, space, sheet(row(1, owner="IOM"), row(2, owner="IOM (PK)")))
    assert [one.owner.country_id for one in Action.objects.order_by("pk")] == [None, "PK"]


def test_numbers_of_a_workbook_and_of_an_export_are_what_they_were(client, space, fia, liaison, chair):
    values = [Decimal("40"), Decimal("1.125"), Decimal("-12.5"), Decimal("0.125"), Decimal("1200.125")]
    for number, target in enumerate(values):
        make_commitment(space, fia, title=f"Train {number}", unit="officers", target=target)
    client.force_login(chair)
    for form in ("csv", "xlsx"):
        content = b"".join(client.get(reverse("commitment_export", args=[form])).streaming_content)
        job = checked(chair, space, content, "commitments")
        assert job.problems == [] and counts(job) == (0, 0, 5), form


@pytest.mark.parametrize(("kind", "column"), [("actions", "Description"), ("commitments", "Text")])
def test_a_text_that_is_too_long_is_named_before_anything_is_written(space, fia, liaison, chair, kind, column):
    owner = "Responsible" if kind == "actions" else "Who undertook it"
    long = sheet(["Train", "FIA", "x" * 5_001], headings=["Title", owner, column])
    job = checked(chair, space, long, kind)
    [(_row, _column, sentence)] = job.problems
    assert "at most 5000 characters" in sentence


def test_a_person_is_found_by_name_at_the_organisation(space, fia, moi, liaison, chair):
    person, _made = Person.objects.get_or_create(user=liaison, defaults={"name": liaison.name})
    headings = ["Title", "Organisation", "Person"]
    content = sheet(["One", "FIA", person.name], ["Two", "MoI", person.name], ["Three", "FIA", "Nobody"],
                    headings=headings)  # fmt: skip
    job = checked(chair, space, content)
    assert [(number, column) for number, column, _sentence in job.problems] == [(3, "Person"), (4, "Person")]
    imported(chair, space, sheet(["One", "FIA", person.name], headings=headings))
    assert Action.objects.get().owner_person == person


@pytest.mark.parametrize(
    "headings",
    [
        ["Your reference", "What is to be done", "Organisation", "Due on"],
        ["№", "Задача", "Ответственный", "Срок"],
        ["نمبر", "کام", "ادارہ", "آخری تاریخ"],
        ["ID:", "Task *", "Responsible", "DEADLINE"],
    ],
)
def test_headings_are_recognised_in_three_languages(headings):
    found = columns.guess(headings, [], columns.IMPORTED["actions"])
    assert [found[key] for key in ("external_reference", "title", "owner", "due_on")] == [0, 1, 2, 3]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_that_comes_back_changes_nothing(client, space, fia, moi, chair, form):
    for number, text in enumerate(["=1+1", "-5 of 7", "@all", "'=quoted", 'Two\r\nlines; and, "signs"']):
        make_action(space, title=f"{text.split()[0]} {number}", description=text, owner=fia, due_on=date(2026, 12, 31),
                    priority=3, state="in_progress", language="ru")  # fmt: skip
    client.force_login(chair)
    answer = client.get(reverse("action_export", args=[form]))
    job = checked(chair, space, b"".join(answer.streaming_content))
    assert job.problems == [] and counts(job) == (0, 0, 5)


# --- the pages -----------------------------------------------------------------------------------------------------
def test_the_pages_lead_from_the_sheet_to_the_actions(client, space, fia, liaison):
    client.force_login(liaison)
    new = reverse("import_new", args=[space.key, "actions"])
    assert client.get(new).status_code == 200
    template = client.get(reverse("import_template", args=[space.key, "actions"]))
    assert b"".join(template.streaming_content).startswith(b"PK")
    content = sheet(["Name a contact", "FIA", "x"], headings=["Aufgabe", "Organisation", "Due on"])
    sent = {"submission": str(uuid4()), "file": SimpleUploadedFile("follow-up.csv", content)}
    answer = client.post(new, sent)
    job = Import.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Aufgabe" in page
    answer = client.post(job.get_absolute_url(), {"owner": "1", "due_on": "2"})
    assert "This field is required" in answer.content.decode()
    client.post(job.get_absolute_url(), {"title": "0", "owner": "1", "due_on": "2"})
    page = client.get(job.get_absolute_url()).content.decode()
    assert "1 row is refused" in page and "“x” is not a day" in page
    client.post(job.get_absolute_url(), {"title": "0", "owner": "1"})
    page = client.get(job.get_absolute_url()).content.decode()
    assert "1 will be made" in page and "Name a contact" in page
    client.post(reverse("import_deed", args=[job.key, "start"]))
    assert "0 of 1 rows" in client.get(job.get_absolute_url()).content.decode()
    services.run_import.func(job.key)
    assert "1 made, 0 changed" in client.get(job.get_absolute_url()).content.decode()
    assert Action.objects.get().title == "Name a contact"


def test_every_form_on_the_way_carries_its_token(client, space, fia, liaison):
    client.force_login(liaison)
    job = checked(liaison, space, sheet(row(1)))
    for address in (reverse("import_new", args=[space.key, "actions"]), job.get_absolute_url()):
        page = client.get(address).content.decode()
        main = page[page.index("<main") : page.index("</main")]
        assert main.count('name="csrfmiddlewaretoken"') == main.count('method="post"') > 0


def test_a_file_that_is_none_is_refused_beside_its_field(client, space, fia, liaison):
    client.force_login(liaison)
    new = reverse("import_new", args=[space.key, "actions"])
    for content in (b"", b"%PDF-1.7 \0\1", b"Title\r\n"):
        sent = {"submission": str(uuid4()), "file": SimpleUploadedFile("follow-up.csv", content)}
        answer = client.post(new, sent)
        assert answer.status_code == 200 and answer.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_sheet_that_is_sent_twice_is_one_import(space, fia, liaison):
    submission = uuid4()
    jobs = [
        services.open_import(liaison, space, "actions", content=sheet(row(1)), submission=submission)
        for _time in range(2)
    ]
    assert jobs[0] == jobs[1] and Import.objects.count() == 1


def test_an_import_that_nobody_takes_up_can_be_checked_again(space, fia, liaison):
    job = checked(liaison, space, sheet(row(1)))
    job = services.start_import(liaison, job)
    assert services.check_again(liaison, job).stage == ImportStage.WAITING
    with pytest.raises(ValidationError):
        services.discard_import(liaison, job)
    with time_machine.travel(timezone.now() + services_days(1), tick=False):
        assert services.check_again(liaison, job).stage == ImportStage.PREVIEW


def test_a_plan_takes_as_many_queries_for_many_rows_as_for_few(space, fia, liaison, django_assert_max_num_queries):
    for number in (5, 200):
        job = checked(liaison, space, sheet(*(row(one, f"Task {one}") for one in range(number))))
        with django_assert_max_num_queries(30):
            Plan(job, liaison)


@pytest.mark.slow
def test_two_thousand_actions_with_twenty_bad_rows(space, fia, moi, liaison):
    """Issue 4: the preview names the twenty by row and column; corrected, it imports; run again, it changes nothing."""
    good = [row(number, f"Task {number}", ("FIA", "MoI")[number % 2]) for number in range(2000)]
    bad_rows = list(range(50, 2000, 98))[:20]
    bad = [list(cells) for cells in good]
    for place, number in enumerate(bad_rows):
        column, value = [(1, ""), (2, "NASA"), (3, "soon"), (4, "terrible")][place % 4]
        bad[number][column] = value
    make_member(space, Role.READER, moi)
    job = checked(liaison, space, sheet(*bad))
    names = ["What is to be done", "Organisation", "Due on", "Priority"]
    assert [(number, column) for number, column, _sentence in job.problems] == [
        (number + 2, names[place % 4]) for place, number in enumerate(bad_rows)
    ]
    assert not Action.objects.exists()
    assert counts(imported(liaison, space, sheet(*good))) == (2000, 0, 0)
    assert Action.objects.count() == 2000
    assert counts(imported(liaison, space, sheet(*good))) == (0, 0, 2000)


# --- what an import must not tell, keep or hold ---------------------------------------------------------------------
BOTH_REFERENCES = ["Reference", "No", "Title", "Organisation"]


def test_a_sheets_own_reference_of_what_is_here_stays_as_it_came_in(space, fia, liaison, chair):
    """To refuse one that its author has in use elsewhere would tell of what that author keeps closed."""
    mark(make_action(space, owner=fia, external_reference="X-1", created_by=chair), Marking.RED, users=[chair])
    theirs = make_action(space, owner=fia, title="Theirs", external_reference="X-2", created_by=chair)
    rows = [[theirs.short_reference, "X-1", "Theirs, in other words", "FIA"]]
    job = imported(liaison, space, sheet(*rows, headings=BOTH_REFERENCES))
    theirs.refresh_from_db()
    assert job.stage == ImportStage.DONE and counts(job) == (0, 1, 0)
    assert (theirs.external_reference, theirs.title) == ("X-2", "Theirs, in other words")


def test_two_rows_that_swap_their_own_references_do_not_fail(space, fia, liaison):
    imported(liaison, space, sheet(row(1), row(2, "Send the list")))
    one, two = Action.objects.order_by("external_reference")
    rows = [[one.short_reference, "A-2", one.title, "FIA"], [two.short_reference, "A-1", "Another", "FIA"]]
    assert counts(imported(liaison, space, sheet(*rows, headings=BOTH_REFERENCES))) == (0, 1, 1)


def told(kind="sheet_imported"):
    from discussion.models import Notification

    return set(Notification.objects.filter(kind=kind).values_list("user__name", flat=True))


def test_nobody_is_told_who_may_read_none_of_it(space, fia, moi, liaison, chair):
    """The space may be known to all; its actions are for its members."""
    mark(space, Marking.CLEAR)
    outside = make_user("A colleague outside", organisation=fia)
    inside = make_member(space, Role.READER, fia)
    imported(chair, space, sheet(row(1)))
    assert outside.name not in told()
    assert told() == {liaison.name, inside.name}


def test_those_are_told_whose_actions_are_changed_and_who_follow_them(space, fia, moi, liaison, chair):
    reader = make_member(space, Role.READER, moi)
    closed = mark(make_action(space, owner=moi, title="Closed"), Marking.RED, users=[chair])
    followed = make_action(space, owner=fia, title="Followed")
    ActionFollower.objects.create(action=followed, user=reader)
    rows = [[one.short_reference, one.title, str(one.owner), "done"] for one in (closed, followed)]
    headings = ["Reference", "Title", "Organisation", "Status"]
    assert counts(imported(chair, space, sheet(rows[0], headings=headings))) == (0, 1, 0)
    assert told() == set()
    assert counts(imported(chair, space, sheet(rows[1], headings=headings))) == (0, 1, 0)
    assert told() == {liaison.name, reader.name}


def test_a_right_that_ends_while_the_rows_are_written_imports_nothing(space, fia, liaison, chair, monkeypatch):
    from coordination import access
    from coordination.services import imports

    really_write = imports._write

    def revoke_and_write(actor, job, row):
        made = really_write(actor, job, row)
        # As another process does it: this one is told nothing.
        with monkeypatch.context() as patched:
            patched.setattr(access, "forget", lambda: None)
            access.revoke(liaison, space)
        return made

    job = checked(liaison, space, sheet(row(1)))
    services.start_import(liaison, job)
    monkeypatch.setattr(imports, "_write", revoke_and_write)
    services.run_import.func(job.key)
    job.refresh_from_db()
    assert job.stage == ImportStage.FAILED and "not have the right" in job.refusal
    assert not Action.objects.exists()


def test_a_nul_is_found_wherever_it_stands(space, fia, liaison):
    content = sheet(row(1), *(row(number, "x" * 200) for number in range(2, 600)), row(600, "a\0b"))
    with pytest.raises(ValidationError) as refusal:
        services.open_import(liaison, space, "actions", content=content)
    assert "file" in refusal.value.message_dict


def test_the_number_of_a_form_that_somebody_else_has_sent_is_refused_in_a_sentence(space, fia, liaison, chair):
    submission = uuid4()
    services.open_import(chair, space, "actions", content=sheet(row(1)), submission=submission)
    with pytest.raises(ValidationError):
        services.open_import(liaison, space, "actions", content=sheet(row(1)), submission=submission)
    assert Import.objects.count() == 1


def test_so_many_sheets_are_on_their_way_and_no_more(space, fia, liaison, chair):
    jobs = [services.open_import(liaison, space, "actions", content=sheet(row(1))) for _number in range(5)]
    with pytest.raises(ValidationError) as refusal:
        services.open_import(liaison, space, "actions", content=sheet(row(1)))
    assert "delete one" in refusal.value.message_dict["file"][0]
    services.open_import(chair, space, "actions", content=sheet(row(1)))
    services.discard_import(liaison, jobs[0])
    services.open_import(liaison, space, "actions", content=sheet(row(1)))


def test_a_look_at_what_waits_fetches_none_of_its_rows_and_looks_again(client, space, fia, liaison):
    job = checked(liaison, space, sheet(row(1)))
    services.start_import(liaison, job)
    client.force_login(liaison)
    for address in (job.get_absolute_url(), reverse("import_new", args=[space.key, "actions"])):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).content.decode()
        fetched = " ".join(query["sql"] for query in asked if "coordination_import" in query["sql"])
        assert '"key"' in fetched and '"rows"' not in fetched and '"shown"' not in fetched
    page = client.get(job.get_absolute_url()).content.decode()
    assert "hx-get=" in page and "htmx/htmx.min" in page


def test_a_preview_looks_anew_only_at_what_it_shows(client, space, fia, liaison, monkeypatch):
    imported(liaison, space, sheet(*(row(number, f"Task {number}") for number in range(120))))
    rows = [row(number, f"Task {number}") for number in range(120)]
    rows[110] = row(110, "Changed")
    job = checked(liaison, space, sheet(*rows, row("new", "New")))
    read = []
    really_read = Plan._read
    monkeypatch.setattr(Plan, "_read", lambda *given: read.append(given[1]) or really_read(*given))
    shown = services.preview_of(liaison, job, 3)
    assert [(one["number"], one["title"]) for one in shown] == [(112, "Changed"), (122, "New"), (2, "Task 0")]
    assert len(read) == 3


def test_what_an_import_changes_is_locked_by_key(space, fia, liaison):
    imported(liaison, space, sheet(row(1), row(2, "Send the list"), row(3, "Third")))
    backwards = sheet(row(3, "Third anew"), row(2, "Second anew"), row(1, "First anew"))
    job = checked(liaison, space, backwards)
    services.start_import(liaison, job)
    with CaptureQueriesContext(connection) as asked:
        services.run_import.func(job.key)
    locking = [query["sql"] for query in asked if 'SELECT "coordination_action"."id"' in query["sql"]]
    keys = list(Action.objects.order_by("pk").values_list("pk", flat=True))
    assert any(f"IN ({', '.join(map(str, keys))}) ORDER BY" in sql for sql in locking)


def test_who_takes_part_is_asked_once_for_an_import(space, fia, liaison, monkeypatch):
    from coordination import selectors

    asked = []
    really_ask = selectors.organisations_in
    monkeypatch.setattr(selectors, "organisations_in", lambda space: asked.append(space) or really_ask(space))
    job = checked(liaison, space, sheet(*(row(number, f"Task {number}") for number in range(20))))
    services.start_import(liaison, job)
    asked.clear()
    services.run_import.func(job.key)
    assert Action.objects.count() == 20 and len(asked) <= 3


def test_where_there_is_one_writer_a_sheet_is_shorter(client, space, fia, liaison):
    from coordination import sheets

    most = 2_000 if connection.vendor == "sqlite" else 10_000
    assert sheets.most_rows() == most
    with pytest.raises(ValidationError) as refusal:
        rows = (row(number) for number in range(most + 1))
        services.open_import(liaison, space, "actions", content=sheet(*rows))
    assert f"more than {most} rows" in refusal.value.message_dict["file"][0]
    client.force_login(liaison)
    assert f"{most} rows" in client.get(reverse("import_new", args=[space.key, "actions"])).content.decode()
