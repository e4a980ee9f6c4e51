"""Short references: given once, unique, random; they lead those who may read to the object, and nobody else."""

import re
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from coordination import references
from coordination.models import Action, Agreement, Commitment, Marking, Role
from coordination.models import references as references_given
from tests.factories import make_action, make_agreement, make_member, make_organisation, make_space, mark
from tests.leaks.looking import look

pytestmark = pytest.mark.django_db


def make_commitment(space, **fields):
    fields.setdefault("party", make_organisation())
    return Commitment.objects.create(space=space, title="Training", **fields)


@pytest.fixture
def one_of_each(space):
    return {"ACT": make_action(space), "COM": make_commitment(space), "AGR": make_agreement(space)}


@pytest.mark.both_stacks
def test_each_kind_has_a_reference_of_its_year_from_its_first_saving(space):
    with time_machine.travel("2023-05-01T12:00Z", tick=False):
        made = {"ACT": make_action(space), "COM": make_commitment(space), "AGR": make_agreement(space)}
    for prefix, obj in made.items():
        assert re.fullmatch(rf"{prefix}-2023-\d{{5}}", obj.short_reference)
        obj.refresh_from_db()
        assert re.fullmatch(rf"{prefix}-2023-\d{{5}}", obj.short_reference)


def test_a_reference_is_never_changed_again(space, one_of_each, chair):
    before = {prefix: obj.short_reference for prefix, obj in one_of_each.items()}
    with time_machine.travel("2031-01-01T12:00Z", tick=False):
        for obj in one_of_each.values():
            obj.title = "Another title"
            obj.save()
        agreement = one_of_each["AGR"]
        agreement.save_revision(user=chair).publish()
    for prefix, obj in one_of_each.items():
        obj.refresh_from_db()
        assert obj.short_reference == before[prefix]


def test_an_old_revision_brings_no_old_reference_and_a_copy_has_one_of_its_own(space):
    agreement = make_agreement(space)
    revision = agreement.save_revision()
    Agreement.objects.filter(pk=agreement.pk).update(short_reference="AGR-2020-12345")
    restored = Agreement.objects.get(pk=agreement.pk).with_content_json(revision.content)
    assert restored.short_reference == "AGR-2020-12345"
    copied = agreement.copy(update_attrs={"slug": "a-copy"})
    assert copied.short_reference and copied.short_reference != agreement.short_reference


@pytest.mark.both_stacks
def test_a_number_that_another_took_at_the_same_moment_is_drawn_anew(space, monkeypatch):
    draws = []
    really_unused = references_given.unused_references

    def draw(model, number, **more):
        draws.append(number)
        return [taken.short_reference] if len(draws) == 1 else really_unused(model, number, **more)

    for make in (make_action, make_commitment, make_agreement):
        taken = make(space)
        draws.clear()
        with monkeypatch.context() as patched:
            patched.setattr(references_given, "unused_references", draw)
            obj = make(space)
        obj.refresh_from_db()
        assert len(draws) == 2
        assert obj.short_reference not in (None, taken.short_reference)
        assert type(obj).objects.count() == 2


def test_what_fails_for_another_reason_fails_once(space):
    submission = uuid4()
    make_action(space, submission=submission)
    with pytest.raises(IntegrityError):
        make_action(space, submission=submission)


def test_references_are_not_in_sequence_and_all_as_wide(space):
    drawn = references_given.unused_references(Action, 300)
    assert len(set(drawn)) == 300
    assert {len(one) for one in drawn} == {len("ACT-2026-12345")}
    assert drawn != sorted(drawn)


def test_a_crowded_year_has_another_digit(space, monkeypatch):
    monkeypatch.setattr(references_given, "DIGITS", 1)
    for digit in range(10):
        make_action(space, short_reference=f"ACT-{timezone.localdate().year}-{digit}")
    assert re.fullmatch(r"ACT-\d{4}-\d\d", make_action(space).short_reference)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ACT-2023-0147", "ACT-2023-0147"),
        ("  act-2023-0147 ", "ACT-2023-0147"),
        ("com 2026 30147", "COM-2026-30147"),
        ("AGR–2026–30147", "AGR-2026-30147"),
        ("ACT-۲۰۲۶-۳۰۱۴۷", "ACT-2026-30147"),
        ("ACT-2023", None),
        ("XYZ-2023-0147", None),
        ("ACT-2023-0147 and more", None),
        ("ACT-2023-0147" + " " * 1000, None),
        ("", None),
    ],
)
def test_a_reference_is_read_as_people_type_it(typed, kept):
    assert references.read(typed) == kept


def test_a_reference_leads_those_who_may_read_to_the_object(client, one_of_each, liaison):
    client.force_login(liaison)
    for obj in one_of_each.values():
        for typed in (obj.short_reference, obj.short_reference.lower(), f" {obj.short_reference} "):
            answer = client.get(reverse("reference", args=[typed]))
            assert answer.status_code == 302
            assert answer["Location"] == obj.get_absolute_url()
            assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]


@time_machine.travel("2026-03-02T12:00Z", tick=False)  # an answer says when it ends
def test_it_leads_nobody_else_anywhere(client, one_of_each, stranger):
    for login in (False, True):
        if login:
            client.force_login(stranger)
        nothing = look(client, reverse("reference", args=["ACT-1999-99999"]))
        for obj in one_of_each.values():
            seen = look(client, reverse("reference", args=[obj.short_reference]))
            assert seen.status == nothing.status == 404
            named = obj.short_reference.encode()
            assert seen.content.replace(named, b"") == nothing.content.replace(b"ACT-1999-99999", b"")


def test_a_reference_follows_its_object_out_of_sight(client, space, liaison, chair):
    action = make_action(space)
    mark(action, Marking.RED, users=[chair])
    client.force_login(liaison)
    assert client.get(reverse("reference", args=[action.short_reference])).status_code == 404


def test_an_agreement_that_is_not_published_is_led_to_by_none(client, space, chair):
    agreement = make_agreement(space)
    agreement.unpublish()
    client.force_login(chair)
    assert client.get(reverse("reference", args=[agreement.short_reference])).status_code == 404


def test_a_member_of_another_space_finds_it_as_soon_as_it_is_open(client, one_of_each):
    reader = make_member(make_space("Another"), Role.READER)
    client.force_login(reader)
    action = one_of_each["ACT"]
    mark(action, Marking.GREEN)
    assert client.get(reverse("reference", args=[action.short_reference])).status_code == 302


def test_references_in_a_text_become_links_and_the_rest_is_escaped():
    html = references.linked('See act-2026-30147 & "COM-2026-00001", <b>AGR-2025-12345</b>.')
    assert html == (
        'See <a href="/r/ACT-2026-30147/">act-2026-30147</a> &amp; &quot;<a href="/r/COM-2026-00001/">COM-2026-00001'
        '</a>&quot;, &lt;b&gt;<a href="/r/AGR-2025-12345/">AGR-2025-12345</a>&lt;/b&gt;.'
    )


@pytest.mark.parametrize("text", ["FACT-2026-30147", "https://x.example/r/ACT-2026-30147/", "ACT-2026-301471234567890"])
def test_what_only_looks_like_one_is_left_as_it_is(text):
    assert "<a" not in references.linked(text)


def test_a_reference_in_a_message_is_a_link_but_for_code_and_other_links():
    from discussion.text import as_html

    html = as_html("**ACT-2026-30147** and `ACT-2026-30147`\n\n[ACT-2026-30147](https://example.org)")
    assert html.count('href="/r/ACT-2026-30147/"') == 1
    assert "<strong><a" in html
    assert "<code>ACT-2026-30147</code>" in html


def test_pages_and_lists_show_references_and_link_those_in_descriptions(client, space, one_of_each, chair):
    action = make_action(space, description="As COM-2020-12345 says.")
    client.force_login(chair)
    page = client.get(action.get_absolute_url()).content.decode()
    assert action.short_reference in page
    assert '<a href="/r/COM-2020-12345/">COM-2020-12345</a>' in page
    for prefix, name in (("ACT", "action_list"), ("COM", "commitment_list"), ("AGR", "agreement_list")):
        obj = one_of_each[prefix]
        assert obj.short_reference in client.get(obj.get_absolute_url()).content.decode()
        assert obj.short_reference in client.get(reverse(name)).content.decode()


def test_whoever_searches_for_a_reference_finds_what_it_names_first(client, space, one_of_each, chair, stranger):
    other = make_action(space, title=f"Not {one_of_each['ACT'].short_reference}")
    for viewer, sees in ((chair, True), (stranger, False)):
        client.force_login(viewer)
        for obj in one_of_each.values():
            typed = obj.short_reference.lower()
            for name in ("search", "search_suggest"):
                page = client.get(reverse(name), {"q": typed}).content.decode()
                places = re.findall(r"/(?:actions|commitments|agreements)/\w{10}/", page)
                assert places[:1] == ([obj.get_absolute_url()] if sees else [])
    assert other.get_absolute_url() != one_of_each["ACT"].get_absolute_url()


def test_the_trail_names_a_reference_to_those_who_may_read_it(client, space, one_of_each, chair):
    from coordination import audit

    audit.record(chair, "action created", one_of_each["ACT"])
    client.force_login(chair)
    assert one_of_each["ACT"].short_reference in client.get(reverse("audit_trail")).content.decode()
