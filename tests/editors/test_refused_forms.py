"""A form on the editors' side tells nothing of what is closed to its sender: refused or not, and by no count."""

import json
import re

import pytest
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex, get_page_models

from coordination.editors_forms import LatestPageForm
from coordination.models import Agreement, Marking, Party, Role
from knowledge.models import NewsItem, Resource
from meetings.models import Visit
from tests.factories import (
    join,
    make_agreement,
    make_file,
    make_meeting,
    make_member,
    make_news,
    make_organisation,
    make_picture,
    make_space,
    make_user,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db
CANARY = "Zqcanary"
NOTHING = 987654


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR)


@pytest.fixture
def signed_in(client, rapporteur):
    client.force_login(rapporteur)
    return client


def formset(name, *parts):
    sent = {f"{name}-TOTAL_FORMS": len(parts), f"{name}-INITIAL_FORMS": 0}
    for number, part in enumerate(parts):
        sent |= {f"{name}-{number}-{field}": value for field, value in {"ORDER": number + 1, **part}.items()}
    return sent


def text(key=None, kind="LINK"):
    """A text as the editor's browser sends it, linking to the page of this number."""
    block = {"key": "a", "text": "the list", "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
    link = {"type": kind, "mutability": "MUTABLE", "data": {"id": key, "url": "/"}}
    ranges = [{"offset": 0, "length": 8, "key": 0}]
    if key is None:
        return json.dumps({"blocks": [{**block, "entityRanges": []}], "entityMap": {}})
    return json.dumps({"blocks": [{**block, "entityRanges": ranges}], "entityMap": {"0": link}})


def visit_with(key, **more):
    part = {"meeting": key, **more}
    form = {"title": "A visit", "starts_on": "2026-03-01", "ends_on": "2026-03-02", "language": "en"}
    form |= {"time_zone": "Asia/Karachi", "minutes_between": "30"}
    return {**form, "organisation": make_organisation().pk, **formset("programme", part)}


def resource_with(key):
    form = {"title": "A resource", "kind": "study", "language": "en", "body": text()}
    return {**form, **formset("files", {"file": key})}


def news_with(key):
    return {"title": "News", "published_on": "2026-03-01", "language": "en", "body": text(), "picture": key}


def news_linking_to(key):
    return {**news_with(""), "body": text(key)}


def agreement_linking_to(key):
    """The link stands in the text of an article, which is a form within the form."""
    form = {"title": "An agreement", "kind": "cooperation", "state": "signed", "language": "en", "summary": text()}
    article = {"number": "1", "title": "One", "body": text(key)}
    empty = formset("parties") | formset("texts") | formset("amendments") | formset("relations")
    return {**form, **formset("articles", article), **empty}


KINDS = {
    "a meeting in a programme": (Visit, visit_with, make_meeting),
    "a file of a resource": (Resource, resource_with, make_file),
    "a picture": (NewsItem, news_with, make_picture),
    "a link in a text": (NewsItem, news_linking_to, make_agreement),
    "a link in the text of a part": (Agreement, agreement_linking_to, make_meeting),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def address_to_add(model, space):
    return reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, space.pk])


def not_valid(form):
    return {**form, "title": "x" * 300}


def closed_objects(make, space):
    """Of the same space and for others, and of another space."""
    for there, readers in ((space, [make_member(space)]), (make_space(), [])):
        found = make(there, title=CANARY)
        if readers:
            mark(found, Marking.RED, users=readers)
        yield found


# --- what is sent --------------------------------------------------------------------------------------------------
@every_kind
def test_a_form_that_is_refused_shows_what_its_sender_may_read_and_nothing_else(signed_in, space, kind):
    model, form_with, make = KINDS[kind]
    address = address_to_add(model, space)
    own = make(space, title="Hers to read")
    answer = signed_in.post(address, not_valid(form_with(own.pk)))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Hers to read" in page or own.get_absolute_url() in page
    for closed in closed_objects(make, space):
        for form in (form_with(closed.pk), not_valid(form_with(closed.pk)), not_valid(form_with(f" {closed.pk}"))):
            answer = signed_in.post(address, form)
            assert answer.status_code == 404
            assert CANARY not in answer.content.decode()
    assert not model.objects.filter(title=form_with("")["title"]).exists()


@every_kind
def test_the_number_of_nothing_is_answered_as_that_of_a_closed_object(signed_in, space, kind):
    model, form_with, make = KINDS[kind]
    address = address_to_add(model, space)
    closed = next(closed_objects(make, space))
    for form in (form_with, lambda key: not_valid(form_with(key))):
        told = signed_in.post(address, form(closed.pk))
        for nothing in (NOTHING, "x", "9" * 40):
            answer = signed_in.post(address, form(nothing))
            assert (answer.status_code, len(answer.content)) == (404, len(told.content)), nothing


@every_kind
def test_a_valid_form_that_names_what_its_sender_may_read_is_saved(signed_in, space, kind):
    model, form_with, make = KINDS[kind]
    own = make(space)
    form = form_with(own.pk)
    assert signed_in.post(address_to_add(model, space), form).status_code == 302
    saved = model.objects.get(title=form["title"]).get_latest_revision_as_object()
    named = {
        "a meeting in a programme": lambda: [part.meeting_id for part in saved.programme.all()] == [own.pk],
        "a file of a resource": lambda: [part.file_id for part in saved.files.all()] == [own.pk],
        "a picture": lambda: saved.picture_id == own.pk,
        "a link in a text": lambda: f'id="{own.pk}"' in saved.body,
        "a link in the text of a part": lambda: f'id="{own.pk}"' in saved.articles.all()[0].body,
    }
    assert named[kind]()


def test_a_file_of_another_space_is_refused_with_a_sentence(signed_in, space, rapporteur):
    elsewhere = make_space()
    join(rapporteur, elsewhere, Role.RAPPORTEUR)
    form = resource_with(make_file(elsewhere, title="Hers, elsewhere").pk)
    page = signed_in.post(address_to_add(Resource, space), form).content.decode()
    assert "Choose a file of the same space." in page
    assert not Resource.objects.exists()


def test_a_page_that_is_there_already_is_no_way_to_closed_objects_either(signed_in, space):
    visit, own = make_visit(space), make_meeting(space, title="Hers to read")
    edit = reverse("wagtailadmin_pages:edit", args=[visit.pk])
    assert "Hers to read" in signed_in.post(edit, not_valid(visit_with(own.pk))).content.decode()
    for closed in closed_objects(make_meeting, space):
        assert signed_in.post(edit, not_valid(visit_with(closed.pk))).status_code == 404
        # A part that is to go is shown again with the rest.
        assert signed_in.post(edit, not_valid(visit_with(closed.pk, DELETE="on"))).status_code == 404


def test_a_link_to_a_page_that_is_gone_keeps_nobody_from_editing_the_text(signed_in, space):
    news = make_news(space, body=f'<p><a linktype="page" id="{NOTHING}">the list</a></p>')
    news.save_revision()
    edit = reverse("wagtailadmin_pages:edit", args=[news.pk])
    news.refresh_from_db()
    form = {**news_linking_to(NOTHING), "loaded_revision_id": news.latest_revision_id}
    assert signed_in.post(edit, form).status_code == 302
    news.refresh_from_db()
    assert news.get_latest_revision_as_object().title == "News"
    assert signed_in.post(edit, news_linking_to(NOTHING + 1)).status_code == 404


@pytest.mark.parametrize("sent", ["{", "[]", '{"blocks": 5, "entityMap": {}}', '{"entityMap": {"0": 5}}'])
def test_what_is_no_text_is_not_found(signed_in, space, sent):
    assert signed_in.post(address_to_add(NewsItem, space), {**news_with(""), "body": sent}).status_code == 404


def test_the_forms_of_all_pages_that_have_readers_ask():
    forms = {model: model.get_edit_handler().get_form_class() for model in get_page_models() if model is not Page}
    assert [model.__name__ for model, form in forms.items() if not issubclass(form, LatestPageForm)] == ["HomePage"]


# --- counts --------------------------------------------------------------------------------------------------------
def steady(page):
    """A page without what differs from one answer to the next."""
    page = re.sub(r'(csrfmiddlewaretoken" value=|nonce=|csrf-?token[^>]*?content=)"[^"]*"', r"\1", page, flags=re.I)
    page = re.sub(r"/(page/\d+|organisation/\d+|release)/\d+/", r"/\1/", page)  # of this visit to the form
    page = re.sub(r"&quot;key&quot;: &quot;\w+&quot;", "", page)
    page = re.sub(r'"CSRF_TOKEN": "\w+"', "", page)
    return re.sub(r"\d+ (seconds?|minutes?)|[Jj]ust now|0\xa0minutes", "", page)


def test_the_pages_of_a_page_are_the_same_with_a_closed_page_that_links_to_it_and_without(signed_in, space):
    agreement = make_agreement(space, title="Linked to")
    addresses = [reverse(f"wagtailadmin_pages:{name}", args=[agreement.pk]) for name in ("edit", "unpublish")]
    before = [signed_in.get(address) for address in addresses]
    closed = make_news(space, title=CANARY, body=f'<p><a linktype="page" id="{agreement.pk}">it</a></p>')
    mark(closed, Marking.RED, users=[make_member(space)])
    ReferenceIndex.create_or_update_for_object(closed)
    assert ReferenceIndex.get_grouped_references_to(agreement).count() == 1
    for address, answer in zip(addresses, before, strict=True):
        assert answer.status_code == 200
        assert steady(signed_in.get(address).content.decode()) == steady(answer.content.decode())


def test_the_page_of_an_organisation_is_the_same_with_a_closed_page_that_names_it_and_without(client, space):
    organisation = make_organisation("FIA")
    client.force_login(make_user(platform_role="secretariat"))
    edit = reverse("organisation:edit", args=[organisation.pk])
    before = client.get(edit)
    closed = make_agreement(space, title=CANARY)
    Party.objects.create(agreement=closed, organisation=organisation)
    ReferenceIndex.create_or_update_for_object(closed)
    assert ReferenceIndex.get_grouped_references_to(organisation).count() == 1
    assert before.status_code == 200
    assert steady(client.get(edit).content.decode()) == steady(before.content.decode())
