"""The parts of an agreement on the editors' side: written there, checked there, and naming nothing that is closed."""

import json
from datetime import date

import pytest
from django.urls import reverse

from coordination.models import Agreement, Amendment, Marking, Role
from tests.factories import join, make_agreement, make_file, make_member, make_organisation, make_space, mark

pytestmark = pytest.mark.django_db

FORMSETS = ("parties", "texts", "articles", "amendments", "relations")


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def rapporteur(client, space):
    user = make_member(space, Role.RAPPORTEUR)
    client.force_login(user)
    return user


def rich(text):
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def form(**parts):
    """What the editor's browser sends for an agreement with these parts, each a list of rows; other keys are fields."""
    sent = {
        "title": "A protocol", "kind": "protocol", "renewal": "none", "language": "en", "action-publish": "1",
        "summary": '{"blocks": [], "entityMap": {}}',
    }  # fmt: skip
    for name in FORMSETS:
        rows = parts.pop(name, [])
        sent |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0}
        sent |= {f"{name}-MIN_NUM_FORMS": 0, f"{name}-MAX_NUM_FORMS": 1000}
        for number, row in enumerate(rows):
            values = {"id": "", "ORDER": number + 1, "DELETE": "", **row}
            sent |= {f"{name}-{number}-{key}": value for key, value in values.items()}
    return {**sent, **parts}


def change(**fields):
    return {
        "deed": "replace", "article_number": "2", "takes_effect_on": "2026-01-01", "number": "", "title": "Costs",
        "body": rich("Each bears its own."), **fields,
    }  # fmt: skip


def add(client, space, **parts):
    return client.post(reverse("wagtailadmin_pages:add", args=["coordination", "agreement", space.pk]), form(**parts))


def test_a_protocol_is_written_with_all_its_parts(client, space, rapporteur):
    amended, fia = make_agreement(space, title="On return"), make_organisation("FIA")
    file = make_file(space, "protocol.txt")
    signed = {"organisation": fia.pk, "signatory": "A. Khan", "signatory_post": "Director", "signed_on": "2025-12-01"}
    answer = add(
        client, space, amends=amended.pk, amendments=[change()], parties=[signed], state="terminated",
        texts=[{"language": "ur", "authentic": "on", "file": file.pk}],
        relations=[{"kind": "cites", "to": amended.pk}],
    )  # fmt: skip
    assert answer.status_code == 302
    protocol = Agreement.objects.exclude(pk=amended.pk).get()
    assert (protocol.live, protocol.amends, protocol.state) == (True, amended, "negotiation")
    assert [str(one) for one in protocol.amendments.all()] == ["Article 2 is replaced"]
    assert protocol.parties.get().signatory == "A. Khan"
    assert protocol.relations.get().to == amended
    file.refresh_from_db()
    assert (protocol.texts.get().file, file.attached_to) == (file, protocol)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"amendments": [change(article_number="")]}, "Say which article it changes."),
        ({"amendments": [change(deed="insert")]}, "Say which number the new article has."),
        ({"amendments": [change(body='{"blocks": [], "entityMap": {}}')]}, "Write the new text of the article."),
        ({"amendments": [change(takes_effect_on="soon")]}, "Enter a valid date."),
        ({"amendments": [change()], "amends": ""}, "Choose the agreement that these changes are made in."),
        ({"renewal": "automatic"}, "Say by how many months it is renewed."),
        ({"notice_months": "5000"}, "less than or equal to 1200"),
        ({"articles": [{"number": "1\u202e", "title": "", "body": rich("x")}]}, "direction"),
    ],
)
def test_bad_input_is_said_and_nothing_is_written(client, space, rapporteur, parts, sentence):
    amended = make_agreement(space)
    page = add(client, space, **{"amends": amended.pk, "title": "Kept as typed", **parts}).content.decode()
    assert sentence in page.replace("&#x27;", "'")
    assert "Kept as typed" in page
    assert not Agreement.objects.exclude(pk=amended.pk).exists()


@pytest.mark.parametrize("name", ["amends", "relations", "texts"])
def test_nobody_names_there_what_is_closed_to_the_editor(client, space, rapporteur, name):
    """As for a number that nothing has: the answer tells neither title nor that there is something."""
    closed = mark(make_agreement(space, title="Closedword"), Marking.RED, users=[])
    file = mark(make_file(space, "closedword.txt", title="Closedword"), Marking.RED, users=[])
    answers = []
    for agreement_key, file_key in ((closed.pk, file.pk), (999_999, 999_999)):
        parts = {
            "amends": {"amends": agreement_key},
            "relations": {"relations": [{"kind": "cites", "to": agreement_key}]},
            "texts": {"texts": [{"language": "en", "file": file_key}]},
        }[name]
        answers.append(add(client, space, **parts))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert b"Closedword" not in answers[0].content + answers[1].content
    assert Agreement.objects.count() == 1


def test_a_file_of_another_space_is_refused(client, space, rapporteur):
    other = make_space()
    join(rapporteur, other, Role.RAPPORTEUR)
    file = make_file(other, "far.txt")
    page = add(client, space, texts=[{"language": "en", "file": file.pk}]).content.decode()
    assert "Choose a file of the same space." in page
    assert not Agreement.objects.exists()


def test_who_may_not_read_what_a_protocol_amends_does_not_edit_it(client, space, rapporteur):
    amended = mark(make_agreement(space, title="Closedword"), Marking.RED, users=[])
    protocol = make_agreement(space, title="Protocol", amends=amended)
    Amendment.objects.create(agreement=protocol, deed="delete", article_number="1", takes_effect_on=date(2025, 1, 1))
    assert client.get(reverse("wagtailadmin_pages:edit", args=[protocol.pk])).status_code == 404
    page = client.get(protocol.get_absolute_url()).content.decode()
    assert "Closedword" not in page
