"""Progress reports: values and files, what is far off, acceptance and return, the chart, and the queue."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from coordination import access, charts, selectors, services
from coordination.models import AuditEntry, Commitment, Marking, ProgressReport, Role, Verdict
from discussion.models import Notification
from knowledge import services as knowledge
from knowledge.models import File
from tests.factories import make_commitment, make_member, make_organisation, mark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def measured(space, fia, moi):
    """Forty officers to train, starting from ten."""
    due = timezone.localdate() + timedelta(days=60)
    return make_commitment(
        space, fia, title="Train forty officers", unit="officers", baseline=10, target=40, due_on=due, owed_to=moi
    )


@pytest.fixture
def secretariat(space):
    """Who keeps the list, of an organisation that neither owes nor is owed."""
    return make_member(space, Role.RAPPORTEUR, make_organisation("ICMPD", country=None), name="Officer of ICMPD")


def answer(**fields):
    return {"text": "Some are trained.", "state": "on_track", "submission": uuid.uuid4(), **fields}


def report(author, commitment, **fields):
    return services.report_progress(author, commitment, **{"text": "Some are trained.", "state": "on_track", **fields})


def verdict_address(reported):
    return reverse("report_review", kwargs={"key": reported.commitment.key, "report": reported.key})


# --- indicator, baseline, target, unit -------------------------------------------------------------------------------
@pytest.mark.parametrize("field", ["baseline", "target"])
def test_a_number_without_a_unit_is_refused_beside_the_field(client, space, fia, liaison, chair, field):
    client.force_login(chair)
    fields = {"title": "Train officers", "party": fia.pk, "language": "en", "submission": uuid.uuid4(), field: "40"}
    page = client.post(reverse("commitment_new", kwargs={"key": space.key}), {**fields, "text": "Typed with care."})
    form = page.context["form"]
    assert list(form.errors) == ["unit"] and "Typed with care." in page.content.decode()
    assert form[field].value() == "40" and not Commitment.objects.exists()
    client.post(reverse("commitment_new", kwargs={"key": space.key}), {**fields, "unit": "officers"})
    assert getattr(Commitment.objects.get(), field) == 40


@pytest.mark.both_stacks
def test_the_database_itself_asks_for_the_unit(measured):
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=measured.pk).update(unit="")


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [("en", "12.5", "12.5"), ("ru", "12,5", "12.5"), ("ru", "12.5", "12.5"), ("ur", "۱۲", "12"), ("en", "forty", None)],
)
def test_a_number_is_typed_in_the_digits_and_with_the_comma_of_the_language(language, typed, number):
    from coordination.forms import NumberField

    with translation.override(language):
        try:
            assert NumberField().clean(typed) == Decimal(number)
        except ValidationError:
            assert number is None


def test_partners_are_named_kept_in_the_trail_and_never_the_party_itself(space, fia, moi, chair):
    unodc = make_organisation("UNODC", country=None)
    commitment = services.make_commitment(chair, space, title="Train", party=fia, partners=[moi])
    services.edit_commitment(chair, commitment, version=1, partners=[moi, unodc], title="Train well")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.before["partners"], entry.after["partners"]) == ([moi.pk], sorted([moi.pk, unodc.pk]))
    assert set(Commitment.objects.get().partners.all()) == {moi, unodc}
    with pytest.raises(ValidationError) as refusal:
        services.edit_commitment(chair, commitment, version=2, partners=[fia])
    assert list(refusal.value.message_dict) == ["partners"]


# --- values --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "is_asked"),
    [("10", False), ("40", False), ("55", False), ("56", True), ("400", True), ("-5", False), ("-6", True)],
)
def test_a_value_far_outside_of_baseline_and_target_is_asked_about(client, measured, liaison, value, is_asked):
    client.force_login(liaison)
    sent = answer(value=value)
    page = client.post(measured.get_absolute_url(), sent)
    assert ProgressReport.objects.exists() != is_asked
    if not is_asked:
        return
    form, html = page.context["form"], page.content.decode()
    assert list(form.errors) == ["value"] and "far from the baseline and the target" in html
    assert form["value"].value() == value and "Some are trained." in html, "what was typed is kept"
    assert re.search(r'<input type="checkbox" name="is_sure"', html)
    client.post(measured.get_absolute_url(), {**sent, "is_sure": "on"})
    assert ProgressReport.objects.get().value == Decimal(value)


def test_nobody_is_asked_where_nothing_is_expected(space, fia, liaison):
    commitment = make_commitment(space, fia, unit="calls")
    assert report(liaison, commitment, value=Decimal(1_000_000)).value == 1_000_000


def test_a_commitment_without_a_unit_takes_no_value(client, space, fia, liaison):
    commitment = make_commitment(space, fia, target_in_words="A law in force")
    client.force_login(liaison)
    page = client.get(commitment.get_absolute_url())
    assert "value" not in page.context["form"].fields and "A law in force" in page.content.decode()
    with pytest.raises(ValidationError) as refusal:
        report(liaison, commitment, value=Decimal(3))
    assert list(refusal.value.message_dict) == ["value"]


def test_the_files_of_a_form_that_comes_back_are_asked_for_again(client, measured, liaison):
    client.force_login(liaison)
    page = client.post(measured.get_absolute_url(), answer(value="4000", files=SimpleUploadedFile("a.txt", b"List")))
    assert "Choose the files once more" in page.content.decode() and not File.objects.exists()


# --- files ---------------------------------------------------------------------------------------------------------
def test_evidence_has_the_readers_of_the_commitment_and_is_sent_once(client, measured, liaison, chair):
    client.force_login(liaison)
    submission = uuid.uuid4()
    for _ in range(2):
        files = [SimpleUploadedFile("list.txt", b"Forty names"), SimpleUploadedFile("hours.csv", b"day,hours")]
        client.post(measured.get_absolute_url(), answer(submission=submission, files=files))
    reported = ProgressReport.objects.get()
    assert sorted(file.filename for file in File.objects.all()) == ["hours.csv", "list.txt"]
    assert {(file.attached_to, file.came_with) for file in File.objects.all()} == {(measured, reported.pk)}
    page = client.get(measured.get_absolute_url()).content.decode()
    assert page.count("list.txt") >= 2, "with its report, and among the files"
    mark(measured, Marking.RED, users=[chair])
    for file in File.objects.all():
        assert access.audience(file) == access.audience(Commitment.objects.get())
        assert client.get(file.get_absolute_url()).status_code == 404


def test_a_liaison_shows_evidence_on_what_is_public_too(measured, liaison):
    mark(measured, Marking.CLEAR)
    report(liaison, measured, files=[SimpleUploadedFile("list.txt", b"Forty names")])
    assert File.objects.get().marking == Marking.CLEAR


@pytest.mark.parametrize("bad", [("virus.exe", b"MZ"), ("report.pdf", b"no pdf at all"), ("empty.txt", b"")])
def test_one_bad_file_refuses_the_whole_report_beside_its_field(client, measured, liaison, bad, settings):
    client.force_login(liaison)
    files = [SimpleUploadedFile("list.txt", b"Forty names"), SimpleUploadedFile(*bad)]
    page = client.post(measured.get_absolute_url(), answer(text="Typed with care.", files=files))
    assert list(page.context["form"].errors) == ["files"] and "Typed with care." in page.content.decode()
    assert not ProgressReport.objects.exists() and not File.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_more_files_than_ten_are_refused(client, measured, liaison):
    client.force_login(liaison)
    files = [SimpleUploadedFile(f"{number}.txt", b"A page") for number in range(11)]
    page = client.post(measured.get_absolute_url(), answer(files=files))
    assert list(page.context["form"].errors) == ["files"] and not File.objects.exists()


# --- a state that gets worse -----------------------------------------------------------------------------------------
def test_why_it_gets_worse_and_the_new_date_stand_in_the_report_and_in_the_trail(client, measured, liaison):
    client.force_login(liaison)
    page = client.post(measured.get_absolute_url(), answer(state="at_risk"))
    assert set(page.context["form"].errors) == {"reason", "new_due_on"}
    later = (timezone.localdate() + timedelta(days=90)).isoformat()
    client.post(measured.get_absolute_url(), answer(state="at_risk", reason="The hall burnt down.", new_due_on=later))
    page = client.get(measured.get_absolute_url()).content.decode()
    assert "The hall burnt down." in page and "Now expected on" in page
    entry = AuditEntry.objects.get(verb="progress reported")
    assert (entry.reason, entry.after["new_due_on"]) == ("The hall burnt down.", later)


def test_the_new_date_counts_once_it_is_accepted(measured, liaison, chair):
    was, later = measured.due_on, timezone.localdate() + timedelta(days=90)
    reported = report(liaison, measured, state="at_risk", reason="The hall burnt down.", new_due_on=later)
    assert Commitment.objects.get().due_on == was
    services.review_report(chair, reported, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == later


def worse(author, commitment, state, days):
    later = timezone.localdate() + timedelta(days=days)
    return report(author, commitment, state=state, reason="Rain.", new_due_on=later), later


def test_of_two_that_wait_each_new_date_counts_once_it_is_accepted(measured, liaison, chair):
    (one, sooner), (two, later) = worse(liaison, measured, "at_risk", 90), worse(liaison, measured, "off_track", 120)
    services.review_report(chair, one, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == sooner
    services.review_report(chair, two, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == later


def test_of_two_that_wait_the_later_date_stays_if_it_is_accepted_first(measured, liaison, chair):
    (one, _sooner), (two, later) = worse(liaison, measured, "at_risk", 90), worse(liaison, measured, "off_track", 120)
    services.review_report(chair, two, Verdict.ACCEPTED)
    services.review_report(chair, one, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == later


def test_a_date_that_was_changed_meanwhile_stays(measured, liaison, chair):
    reported, _later = worse(liaison, measured, "at_risk", 90)
    changed, other = Commitment.objects.get(), timezone.localdate() + timedelta(days=70)
    services.edit_commitment(chair, changed, version=changed.version, due_on=other)
    services.review_report(chair, reported, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == other


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.RETURNED])
def test_a_new_date_is_kept_while_that_it_is_achieved_waits(measured, liaison, chair, verdict):
    reported, later = worse(liaison, measured, "at_risk", 90)
    achieved = report(liaison, measured, state="achieved")
    services.review_report(chair, reported, Verdict.ACCEPTED)
    services.review_report(chair, achieved, verdict, reason="Ten are missing.")
    assert Commitment.objects.get().due_on == later


def test_what_is_achieved_and_accepted_keeps_its_date(measured, liaison, chair):
    was, (reported, _later) = measured.due_on, worse(liaison, measured, "at_risk", 90)
    services.review_report(chair, report(liaison, measured, state="achieved"), Verdict.ACCEPTED)
    services.review_report(chair, reported, Verdict.ACCEPTED)
    assert Commitment.objects.get().due_on == was


def test_the_form_of_somebody_else_is_refused_with_a_sentence(client, measured, liaison, chair):
    sent = answer()
    client.force_login(chair)
    client.post(measured.get_absolute_url(), sent)
    client.force_login(liaison)
    page = client.post(measured.get_absolute_url(), {**sent, "text": "Forty are trained."})
    assert page.status_code == 200 and "Open the page anew." in page.content.decode()
    assert "Forty are trained." in page.content.decode() and ProgressReport.objects.count() == 1


# --- verdicts ------------------------------------------------------------------------------------------------------
@pytest.mark.both_stacks
@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.RETURNED])
def test_who_accepts_and_returns(space, fia, moi, measured, liaison, rapporteur, chair, stranger, secretariat, verdict):
    """Those who keep the list and whoever it is owed to; never the author, nor anybody of the party."""
    expected = {
        liaison: False,
        make_member(space, Role.CONTRIBUTOR, fia): False,
        make_member(space, Role.RAPPORTEUR, fia): False,
        make_member(space, Role.CHAIR, fia): False,
        make_member(space, Role.READER, moi): False,
        make_member(space, Role.CONTRIBUTOR, moi): True,
        make_member(space, Role.CONTRIBUTOR, make_organisation()): False,
        make_member(space, Role.CONTRIBUTOR): False,
        rapporteur: True,
        chair: True,
        secretariat: True,
        stranger: False,
    }
    for user, may in expected.items():
        reported = report(liaison, measured)
        assert selectors.reports_to_review(user).filter(pk=reported.pk).exists() == may, (user, "the queue")
        assert (user in selectors.reviewers_of(measured)) == may, (user, "who is told")
        try:
            services.review_report(user, reported, verdict, reason="Where are the names?")
        except PermissionDenied:
            assert not may, user
        else:
            assert may, user


def test_nobody_accepts_the_own_report(measured, secretariat, chair):
    reported = report(secretariat, measured)
    assert not selectors.reports_to_review(secretariat).exists()
    with pytest.raises(PermissionDenied):
        services.review_report(secretariat, reported, Verdict.ACCEPTED)
    services.review_report(chair, reported, Verdict.ACCEPTED)


def test_a_report_is_accepted_on_the_page_and_its_author_is_told(client, measured, liaison, chair):
    reported = report(liaison, measured, value=Decimal(20))
    client.force_login(chair)
    assert 'value="accepted"' in client.get(measured.get_absolute_url()).content.decode()
    client.post(verdict_address(reported), {"verdict": "accepted"})
    client.force_login(liaison)
    page = client.get(measured.get_absolute_url()).content.decode()
    assert "Accepted by <bdi>Chair of MoI</bdi>" in page and 'value="accepted"' not in page
    assert Notification.objects.filter(user=liaison, kind="report_accepted").count() == 1


def test_a_return_asks_for_a_reason_and_moves_the_state_back(client, measured, liaison, chair):
    reported = report(liaison, measured)
    client.force_login(chair)
    page = client.post(verdict_address(reported), {"verdict": "returned", "reason": " "})
    assert "Say what is missing" in page.content.decode() and page.context["review"].errors.keys() == {"reason"}
    assert ProgressReport.objects.get().verdict == Verdict.PENDING
    client.post(verdict_address(reported), {"verdict": "returned", "reason": "Where are the names?"})
    assert Commitment.objects.get().state == "not_started"
    client.force_login(liaison)
    page = client.get(measured.get_absolute_url()).content.decode()
    assert "Returned by <bdi>Chair of MoI</bdi>" in page and "Where are the names?" in page
    assert Notification.objects.filter(user=liaison, kind="report_returned").count() == 1
    entry = AuditEntry.objects.get(verb="report returned")
    assert (entry.reason, entry.after["state"]) == ("Where are the names?", "not_started")


WORSE = {"reason": "Rain.", "new_due_on": date(2099, 1, 1)}


@pytest.mark.parametrize(
    ("states", "returned", "expected"),
    [
        (["on_track"], [0], "not_started"),
        (["on_track", "at_risk"], [0], "at_risk"),
        (["on_track", "at_risk"], [1], "on_track"),
        (["on_track", "at_risk"], [0, 1], "not_started"),
        (["on_track", "at_risk"], [1, 0], "not_started"),
        (["on_track", "on_track"], [0], "on_track"),
        (["on_track", "on_track"], [0, 1], "not_started"),
        (["on_track", "achieved", "achieved"], [1, 2], "on_track"),
    ],
)
def test_a_return_leaves_the_state_that_the_standing_reports_lead_to(
    measured, liaison, chair, states, returned, expected
):
    reports = [report(liaison, measured, state=state, **(WORSE if state == "at_risk" else {})) for state in states]
    for place in returned:
        services.review_report(chair, reports[place], Verdict.RETURNED, reason="No.")
    assert Commitment.objects.get().state == expected


def test_a_return_moves_back_nothing_that_was_moved_otherwise_since(measured, liaison, chair):
    reported = report(liaison, measured)
    Commitment.objects.update(state="withdrawn")
    services.review_report(chair, reported, Verdict.RETURNED, reason="No.")
    assert Commitment.objects.get().state == "withdrawn"


def test_of_two_reviewers_one_wins_and_the_other_is_told(client, measured, liaison, chair, secretariat):
    reported = report(liaison, measured)
    for _ in range(2):  # the same click twice is one
        services.review_report(chair, reported, Verdict.ACCEPTED)
    client.force_login(secretariat)
    page = client.post(verdict_address(reported), {"verdict": "returned", "reason": "Where are the names?"})
    assert "Chair of MoI has accepted this report in the meantime." in page.content.decode()
    assert ProgressReport.objects.get().verdict == Verdict.ACCEPTED
    assert AuditEntry.objects.filter(verb__in=("report accepted", "report returned")).count() == 1


@pytest.mark.parametrize("who", ["liaison", "stranger"])
def test_whoever_has_no_verdict_finds_no_address_for_one(client, measured, liaison, stranger, who):
    reported = report(liaison, measured)
    client.force_login({"liaison": liaison, "stranger": stranger}[who])
    assert client.post(verdict_address(reported), {"verdict": "accepted"}).status_code == 404
    assert ProgressReport.objects.get().is_pending


def test_the_queue_stands_on_the_desk_and_in_the_list_of_those_who_review(client, space, fia, measured, liaison, chair):
    report(liaison, measured, state="achieved")
    make_commitment(space, fia, title="Nothing reported here")
    client.force_login(chair)
    assert "1 progress report waits for your verdict" in client.get(reverse("desk")).content.decode()
    page = client.get(reverse("commitment_list"), {"reports": "for_me"})
    assert [one.title for one in page.context["page"].rows] == ["Train forty officers"]
    client.force_login(liaison)
    assert "waits for your verdict" not in client.get(reverse("desk")).content.decode()
    assert not client.get(reverse("commitment_list"), {"reports": "for_me"}).context["page"].rows
    waiting = client.get(reverse("commitment_list"), {"reports": "pending"})
    assert [one.title for one in waiting.context["page"].rows] == ["Train forty officers"]


# --- at a glance, and the chart --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("value", "percent"), [(10, 0), (25, 50), (40, 100), (47, 123), (4, -20)])
def test_how_far_it_is_counts_from_the_baseline(measured, value, percent):
    assert measured.percent_of_target(Decimal(value)) == percent


def test_a_target_below_the_baseline_is_reached_by_going_down(space, fia):
    waiting = make_commitment(space, fia, unit="minutes", baseline=90, target=30)
    assert waiting.percent_of_target(Decimal(75)) == 25
    assert make_commitment(space, fia, unit="%", baseline=5, target=5).percent_of_target(Decimal(5)) is None


def test_the_chart_draws_what_stands_and_says_it_in_words(client, measured, liaison, chair):
    values = [report(liaison, measured, value=Decimal(value)) for value in (15, 22, 31)]
    services.review_report(chair, values[0], Verdict.ACCEPTED)
    services.review_report(chair, values[1], Verdict.RETURNED, reason="Counted twice.")
    client.force_login(liaison)
    page = client.get(measured.get_absolute_url())
    html, chart = page.content.decode(), page.context["outlook"].chart
    assert [point.value for point in chart.points] == [15, 31]
    assert re.search(r"<svg[^>]*role=\"img\"[^>]*aria-labelledby=\"chart-title chart-description\"", html)
    assert "The latest is 31." in html and "The target is 40." in html
    assert html.count("accord-chart-waits") == 2, "one point, and its sign in the legend"
    assert "70% of the way" in html and "style=" not in html


def test_what_is_drawn_lies_within_the_drawing(measured, liaison, space, fia):
    cases = [[15], [15, 15], [10, 40, 55], [-5, 0]]
    for values in cases:
        commitment = make_commitment(space, fia, unit="officers", baseline=10, target=40)
        for value in values:
            report(liaison, commitment, value=Decimal(value))
        chart = charts.chart_of(commitment, commitment.reports.all())
        places = [(point.x, point.y) for point in chart.points] + [(chart.left, chart.target.y)]
        assert all(chart.left <= x <= chart.right and chart.top <= y <= chart.bottom for x, y in places), values
        assert chart.points[0].y > chart.target.y or values[0] >= 40, "more lies higher"


def test_no_value_no_chart(client, measured, liaison):
    report(liaison, measured)
    client.force_login(liaison)
    page = client.get(measured.get_absolute_url())
    assert page.context["outlook"].chart is None and "No value has been reported yet." in page.content.decode()


# --- what it costs, and who may read it -------------------------------------------------------------------------------
def test_the_page_asks_as_often_for_many_reports_as_for_few(client, measured, liaison, chair):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(measured.get_absolute_url()).status_code == 200
        return len(captured)

    def some_more(number):
        for value in range(number):
            files = [SimpleUploadedFile("list.txt", b"Names")]
            services.review_report(chair, report(liaison, measured, value=Decimal(value), files=files), "accepted")
            report(liaison, measured, value=Decimal(value))
        measured.partners.add(*[make_organisation() for _ in range(number)])

    client.force_login(chair)
    some_more(2)
    client.get(measured.get_absolute_url())
    few = queries()
    some_more(8)
    assert queries() == few < 40


def test_reports_are_found_by_what_they_say_and_by_nobody_else(client, measured, liaison, chair, stranger):
    reported = report(
        liaison, measured, text="Quokkas were counted.", state="at_risk", reason="Wombats.", new_due_on=date(2099, 1, 1)
    )
    services.review_report(chair, reported, Verdict.RETURNED, reason="Numbats are missing.")
    for word in ("quokkas", "wombats", "numbats"):
        for reader, found in ((liaison, True), (stranger, False)):
            client.force_login(reader)
            page = client.get(reverse("search"), {"q": word}).content.decode()
            assert ("Train forty officers" in page) == found, (word, reader)


def test_evidence_is_not_taken_away_by_whoever_reported(measured, liaison, rapporteur):
    report(liaison, measured, files=[SimpleUploadedFile("list.txt", b"Forty names")])
    file = File.objects.get()
    with pytest.raises(PermissionDenied):
        knowledge.remove_file(liaison, file)
    knowledge.remove_file(rapporteur, file)
    assert not File.objects.exists()
