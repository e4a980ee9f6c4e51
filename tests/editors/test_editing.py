"""The editors' side: an editor writes in a space, and nobody finds there what the access rule closes."""

import json
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ModelChoiceField
from django.urls import reverse
from django.utils import translation
from PIL import Image
from wagtail.admin.widgets.chooser import BaseChooser
from wagtail.models import Page, get_page_models
from wagtail.search.index import insert_or_update_object

from coordination import access, editors, wagtail_hooks
from coordination.models import Agreement, AuditEntry, Marked, Marking, Organisation, Role
from knowledge.models import File, Picture
from meetings.services import edit_meeting
from tests.factories import (
    join,
    make_agreement,
    make_file,
    make_meeting,
    make_member,
    make_news,
    make_organisation,
    make_resource,
    make_space,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
CANARY = "Zqcanary"


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR)


@pytest.fixture
def agreement(space, rapporteur):
    """An agreement with two versions, the canary in the title of both."""
    agreement = make_agreement(space, title=f"Seekword {CANARY}", owner=rapporteur)
    agreement.save_revision(user=rapporteur, log_action=True)
    agreement.title = f"Seekword {CANARY}, second version"
    agreement.save_revision(user=rapporteur, log_action=True).publish(user=rapporteur)
    agreement = Agreement.objects.get(pk=agreement.pk)
    insert_or_update_object(agreement)  # a worker's task otherwise: what is not in Wagtail's index is found by nobody
    return agreement


def form_of(title, *, publish=False, **fields):
    """What the editor's browser sends for an agreement."""
    nested = {
        f"{formset}-{name}": value
        for formset in ("parties", "texts", "articles", "amendments", "relations")
        for name, value in (
            ("TOTAL_FORMS", 0),
            ("INITIAL_FORMS", 0),
            ("MIN_NUM_FORMS", 0),
            ("MAX_NUM_FORMS", 1000),
        )
    }
    summary = '{"blocks": [], "entityMap": {}}'
    form = {"title": title, "kind": "cooperation", "renewal": "none", "language": "en", "summary": summary}
    return {**form, **nested, **fields, **({"action-publish": "1"} if publish else {})}


def form_on(page, title, **fields):
    """The same from a form that was opened with the version that `page` has now."""
    page.refresh_from_db()
    return form_of(title, loaded_revision_id=page.latest_revision_id or "", **fields)


def address_to_add(space):
    return reverse("wagtailadmin_pages:add", args=["coordination", "agreement", space.pk])


def addresses_of(page):
    """Every address of the editors' side that shows this one page, or changes it."""
    first, last = page.revisions.order_by("pk").first(), page.revisions.order_by("pk").last()
    return [
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:history", args=[page.pk]),
        reverse("wagtailadmin_pages:history_results", args=[page.pk]),
        reverse("wagtailadmin_pages:revisions_index", args=[page.pk]),
        reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk]),
        reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, last.pk]),
        reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", "latest"]),
        reverse("wagtailadmin_pages:unpublish", args=[page.pk]),
        reverse("wagtailadmin_choose_page_child", args=[page.pk]),
        reverse("wagtailadmin_choose_page_chosen_multiple") + f"?id={page.pk}",
    ]


def lists_of(space):
    """Every address of the editors' side on which pages are listed, counted or found."""
    root = Page.get_first_root_node()
    front = space.get_parent()
    return [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore_root"),
        *(
            reverse(name, args=[page.pk]) + query
            for name in ("wagtailadmin_explore", "wagtailadmin_explore_results")
            for page in (root, front, space)
            for query in ("", "?q=seekword", "?q=seekword&search_all=1", "?content_type=1")
        ),
        *(reverse("wagtailadmin_choose_page_child", args=[page.pk]) for page in (root, front, space)),
        reverse("wagtailadmin_choose_page_search") + "?q=seekword",
        reverse("wagtailadmin_pages:search") + "?q=seekword",
        reverse("wagtailadmin_pages:search_results") + "?q=seekword",
    ]


# --- writing -------------------------------------------------------------------------------------------------------
def test_a_rapporteur_writes_an_agreement_and_publishes_it(client, space, rapporteur):
    client.force_login(rapporteur)
    assert "Border management" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(address_to_add(space)).status_code == 200
    client.post(address_to_add(space), form_of("On training", publish=True))
    agreement = Agreement.objects.get()
    assert (agreement.live, agreement.space, agreement.marking) == (True, space, Marking.AMBER)
    assert (agreement.owner, client.get(agreement.get_absolute_url()).status_code) == (rapporteur, 200)
    deeds = set(AuditEntry.objects.filter(object_id=agreement.pk).values_list("verb", "actor", "space_id"))
    assert deeds == {(verb, rapporteur.pk, space.pk) for verb in ("page created", "page edited", "page published")}


def test_a_rapporteur_changes_an_agreement_and_withdraws_it(client, rapporteur, agreement):
    client.force_login(rapporteur)
    edit = reverse("wagtailadmin_pages:edit", args=[agreement.pk])
    assert CANARY in client.get(edit).content.decode()
    client.post(edit, form_on(agreement, "On training, as amended", publish=True))
    agreement.refresh_from_db()
    assert agreement.title == "On training, as amended"
    client.post(reverse("wagtailadmin_pages:unpublish", args=[agreement.pk]))
    agreement.refresh_from_db()
    assert not agreement.live
    assert client.get(agreement.get_absolute_url()).status_code == 404


def test_a_contributor_drafts_and_does_not_publish(client, space):
    contributor = make_member(space, Role.CONTRIBUTOR)
    client.force_login(contributor)
    assert client.post(address_to_add(space), form_of("Draft", publish=True)).status_code == 404
    assert not Agreement.objects.exists()
    client.post(address_to_add(space), form_of("Draft"))
    draft = Agreement.objects.get()
    assert not draft.live
    edit = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    assert client.post(edit, form_of("Draft", publish=True)).status_code == 404
    assert client.post(reverse("wagtailadmin_pages:unpublish", args=[draft.pk])).status_code == 404
    client.post(edit, form_on(draft, "Second draft"))
    draft.refresh_from_db()
    assert (draft.title, draft.live) == ("Second draft", False)


def test_a_contributor_does_not_change_the_page_of_another(client, space, agreement):
    client.force_login(make_member(space, Role.CONTRIBUTOR))
    for address in addresses_of(agreement)[:8]:
        assert client.get(address).status_code == 404, address
    assert client.post(addresses_of(agreement)[0], form_of("Mine now")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"in_force_from": "2026-02-01", "in_force_until": "2026-01-01"},
            "before the day on which it comes into force",
        ),
        ({"title": "On training\u202e"}, "direction"),
        ({"title": "x" * 300}, "at most 255 characters"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_bad_input_keeps_what_was_typed_and_changes_nothing(client, rapporteur, agreement, fields, sentence):
    client.force_login(rapporteur)
    edit = reverse("wagtailadmin_pages:edit", args=[agreement.pk])
    page = client.post(
        edit, {**form_on(agreement, "On training", reference="typed", publish=True), **fields}
    ).content.decode()
    assert sentence in page
    assert 'value="typed"' in page
    agreement.refresh_from_db()
    assert CANARY in agreement.title


def test_of_two_editors_the_one_with_the_older_form_is_told_and_changes_nothing(client, space, rapporteur, agreement):
    edit = reverse("wagtailadmin_pages:edit", args=[agreement.pk])
    first, second = (form_on(agreement, title, publish=True) for title in ("Of the first", "Of the second"))
    client.force_login(rapporteur)
    client.post(edit, first)
    client.force_login(make_member(space, Role.CHAIR))
    answer = client.post(edit, second)
    page = answer.content.decode()
    assert "Somebody else has changed this" in page
    assert 'value="Of the second"' in page
    agreement.refresh_from_db()
    assert (agreement.title, agreement.get_latest_revision_as_object().title) == ("Of the first", "Of the first")
    assert agreement.revisions.count() == 3
    [shown] = re.findall(r'name="loaded_revision_id" value="(\d+)"', page)
    client.post(edit, {**second, "loaded_revision_id": shown})
    agreement.refresh_from_db()
    assert agreement.title == "Of the second"


def test_a_meeting_that_was_changed_on_the_site_is_not_overwritten_by_an_older_form(client, space, rapporteur):
    meeting = make_meeting(space)
    edit = reverse("wagtailadmin_pages:edit", args=[meeting.pk])
    client.force_login(rapporteur)
    [shown] = re.findall(r'name="version" value="(\d+)"', client.get(edit).content.decode())
    form = {
        "title": "Typed here", "kind": meeting.kind, "level": meeting.level, "format": meeting.format,
        "organiser": meeting.organiser_id,
        "starts_at": "2026-03-01 10:00", "ends_at": "2026-03-01 12:00", "time_zone": "UTC", "language": "en",
        "agenda_items-TOTAL_FORMS": 0, "agenda_items-INITIAL_FORMS": 0, "version": shown, "action-publish": "1",
    }  # fmt: skip
    edit_meeting(rapporteur, meeting, version=meeting.version, title="Changed on the site")
    page = client.post(edit, form).content.decode()
    assert "Somebody else has changed this" in page
    assert 'value="Typed here"' in page
    meeting.refresh_from_db()
    assert meeting.title == "Changed on the site"
    assert f'name="version" value="{meeting.version}"' in page
    client.post(edit, {**form, "version": meeting.version})
    meeting.refresh_from_db()
    assert meeting.title == "Typed here"


def test_an_earlier_version_that_is_taken_back_does_not_bring_its_readers_back(client, space, rapporteur, agreement):
    first = agreement.revisions.order_by("pk").first()
    mark(agreement, Marking.RED, users=[rapporteur])
    client.force_login(rapporteur)
    address = reverse("wagtailadmin_pages:revisions_revert", args=[agreement.pk, first.pk])
    assert client.get(address).status_code == 200
    client.post(reverse("wagtailadmin_pages:edit", args=[agreement.pk]), {
        **form_on(agreement, "Taken back", publish=True), "revision": first.pk,
    })  # fmt: skip
    agreement.refresh_from_db()
    assert (agreement.title, agreement.marking, agreement.space) == ("Taken back", Marking.RED, space)


def test_only_a_chair_changes_the_page_of_the_space_itself(client, space, rapporteur):
    edit = reverse("wagtailadmin_pages:edit", args=[space.pk])
    client.force_login(rapporteur)
    assert client.get(edit).status_code == 404
    client.force_login(make_member(space, Role.CHAIR))
    assert client.get(edit).status_code == 200


# --- who finds what ------------------------------------------------------------------------------------------------
def strangers():
    elsewhere = make_space("Elsewhere")
    return {
        "chair of another space": make_member(elsewhere, Role.CHAIR),
        "superuser who is a member of nothing": make_user(is_superuser=True, is_staff=True),
        "superuser who chairs another space": make_member(elsewhere, Role.CHAIR, is_superuser=True),
        "secretariat": make_user(platform_role="secretariat"),
        "auditor": make_user(platform_role="auditor"),
        "signed in without a space": make_user(),
    }


@pytest.mark.parametrize(
    "who",
    [
        "chair of another space",
        "superuser who is a member of nothing",
        "superuser who chairs another space",
        "secretariat",
        "auditor",
        "signed in without a space",
    ],
)
def test_an_editor_of_another_space_finds_nothing_of_this_one(client, space, agreement, who):
    client.force_login(strangers()[who])
    for address in [*addresses_of(agreement), *addresses_of_children(space)]:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert client.post(address).status_code in (404, 405), address
    for address in lists_of(space):
        page = client.get(address, follow=True).content.decode()
        assert CANARY not in page, address
        assert "Border management" not in page, address


def addresses_of_children(space):
    return [
        reverse("wagtailadmin_explore", args=[space.pk]),
        reverse("wagtailadmin_explore_results", args=[space.pk]),
        reverse("wagtailadmin_pages:add_subpage", args=[space.pk]),
        address_to_add(space),
        reverse("wagtailadmin_pages:edit", args=[space.pk]),
        reverse("wagtailadmin_pages:history", args=[space.pk]),
    ]


@pytest.mark.parametrize("marking", [Marking.AMBER_STRICT, Marking.RED])
@pytest.mark.parametrize("flag", [False, True])
def test_within_the_space_a_marking_closes_the_editors_side_too(client, space, rapporteur, agreement, marking, flag):
    fia = make_organisation("FIA")
    named = make_member(space, Role.CHAIR, fia)
    mark(agreement, marking, organisations=[fia], users=[named])
    chair = make_member(space, Role.CHAIR, make_organisation(), is_superuser=flag)
    client.force_login(chair)
    for address in addresses_of(agreement):
        assert client.get(address).status_code == 404, address
    for address in lists_of(space):
        assert CANARY not in client.get(address, follow=True).content.decode(), address
    client.force_login(named)
    for address in addresses_of(agreement):
        assert client.get(address, follow=True).status_code == 200, address
    explored = client.get(reverse("wagtailadmin_explore", args=[space.pk])).content.decode()
    found = client.get(reverse("wagtailadmin_pages:search") + "?q=seekword").content.decode()
    assert CANARY in explored
    assert found.count(CANARY) > 1


def test_a_space_looks_the_same_with_a_closed_page_and_without(client, rapporteur):
    """What lies below is not told by arrows, folders, numbers or filters."""
    spaces = [make_space("Alpha"), make_space("Omega")]
    editor, other = make_user(), make_user()
    for one in spaces:
        join(editor, one, Role.RAPPORTEUR)
        join(other, one, Role.CHAIR)
    mark(make_agreement(spaces[0], title=CANARY), Marking.RED, users=[other])
    client.force_login(editor)

    def seen(address):
        page = client.get(address).content.decode()
        return [line for line in page.splitlines() if "csrf" not in line]

    front = spaces[0].get_parent()
    for address in (
        reverse("wagtailadmin_explore", args=[front.pk]),
        reverse("wagtailadmin_choose_page_child", args=[front.pk]),
        reverse("wagtailadmin_explore", args=[front.pk]) + "?has_child_pages=true",
    ):
        text = "\n".join(seen(address))
        assert text.count("Alpha") == text.count("Omega") > 0, address
    pages = ["\n".join(seen(reverse("wagtailadmin_explore", args=[one.pk]))) for one in spaces]
    same = pages[1].replace("Omega", "Alpha").replace(str(spaces[1].pk), str(spaces[0].pk)).replace("omega", "alpha")
    assert len(pages[0]) == len(same)


def test_whoever_is_not_signed_in_is_sent_to_our_sign_in_once_and_otherwise_finds_nothing(client, space, agreement):
    answer = client.get(reverse("wagtailadmin_home"))
    assert answer.url == "/account/login/?next=%2Feditors%2F"
    assert client.get(reverse("wagtailadmin_login")).url.startswith("/account/login/")
    for address in [*addresses_of(agreement), *lists_of(space)[1:]]:
        assert client.get(address).status_code == 404, address


def test_a_lost_membership_closes_the_editors_side_at_once(client, space, rapporteur, agreement):
    client.force_login(rapporteur)
    assert client.get(addresses_of(agreement)[0]).status_code == 200
    access.revoke(rapporteur, space)
    editors.withdraw(rapporteur, space)
    for address in [*addresses_of(agreement), *lists_of(space)]:
        assert client.get(address).status_code == 404, address


# --- what a page names ---------------------------------------------------------------------------------------------
def linking_to(page, kind="LINK"):
    """The text of a page, as the editor's browser sends it, with a link to a page (or a file)."""
    block = {"key": "a", "text": "the list", "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
    link = {"type": kind, "mutability": "MUTABLE", "data": {"id": page.pk, "url": "/"}}
    ranges = [{"offset": 0, "length": 8, "key": 0}]
    return json.dumps({"blocks": [{**block, "entityRanges": ranges}], "entityMap": {"0": link}})


def test_a_page_names_nothing_that_is_closed_to_its_author(client, space, rapporteur):
    client.force_login(rapporteur)
    own, closed = make_agreement(space), make_agreement(make_space(), title=CANARY)
    form = form_of("With a link", publish=True, summary=linking_to(closed))
    assert client.post(address_to_add(space), form).status_code == 404
    assert Agreement.objects.count() == 2
    client.post(address_to_add(space), {**form, "summary": linking_to(own)})
    assert f'id="{own.pk}"' in Agreement.objects.get(title="With a link").summary


def test_no_text_links_to_a_file_whose_address_holds_its_name(client, space, rapporteur):
    client.force_login(rapporteur)
    client.post(address_to_add(space), form_of("With a file", summary=linking_to(make_file(space), "DOCUMENT")))
    assert "linktype" not in Agreement.objects.get().summary


def test_a_page_that_names_what_is_closed_to_an_editor_is_not_edited_by_that_editor(client, space, rapporteur):
    file = make_file(space, f"{CANARY}.txt")
    page = make_resource(space, title="A resource", files=[file])
    page.save_revision()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    client.force_login(rapporteur)
    assert CANARY in client.get(edit).content.decode()
    mark(file, Marking.RED, users=[make_member(space)])
    assert client.get(edit).status_code == 404


def test_choosers_of_files_hold_what_their_reader_may_read(client, space, rapporteur):
    hers, closed, elsewhere = make_file(space, "hers.txt"), make_file(space), make_file(make_space())
    mark(closed, Marking.RED, users=[make_member(space)])
    client.force_login(rapporteur)
    listed = client.get(reverse("wagtaildocs_chooser:choose_results")).content.decode()
    assert hers.title in listed
    assert closed.title not in listed and elsewhere.title not in listed
    for file, status in ((hers, 200), (closed, 404), (elsewhere, 404)):
        assert client.get(reverse("wagtaildocs_chooser:chosen", args=[file.pk])).status_code == status
        address = reverse("wagtaildocs_chooser:chosen_multiple") + f"?id={hers.pk}&id={file.pk}"
        assert client.get(address).status_code == status


def test_no_form_offers_a_list_of_what_is_marked():
    """A list holds all rows there are; a chooser asks for what its reader may read."""

    def fields_of(form):
        yield from form.base_fields.values()
        for formset in getattr(form, "formsets", {}).values():
            yield from fields_of(formset.form)

    offered = [
        f"{model.__name__}.{field.label}"
        for model in get_page_models()
        for field in fields_of(model.get_edit_handler().get_form_class())
        if isinstance(field, ModelChoiceField)
        and issubclass(field.queryset.model, (Page, Marked))
        and not isinstance(field.widget, BaseChooser)
    ]
    assert offered == []


# --- files and pictures --------------------------------------------------------------------------------------------
def sent_into(space, kind, content, name):
    prefix = f"{kind}-chooser-upload"
    collection = {f"{prefix}-collection": space.collection_id} if space else {}
    return {f"{prefix}-title": "Uploaded", f"{prefix}-file": SimpleUploadedFile(name, content), **collection}


def png():
    content = BytesIO()
    Image.new("RGB", (640, 400), (32, 90, 130)).save(content, "PNG")
    return content.getvalue()


UPLOADS = [
    ("document", "wagtaildocs_chooser:create", b"Lines of a report.", "report.txt", File),
    ("image", "wagtailimages_chooser:create", png(), "picture.png", Picture),
]


@pytest.mark.parametrize(("kind", "name", "content", "file", "model"), UPLOADS)
def test_a_contributor_uploads_into_an_own_space_and_no_other(client, space, kind, name, content, file, model):
    contributor = make_member(space, Role.CONTRIBUTOR)
    read_only, elsewhere, second = make_space("Read only"), make_space("Elsewhere"), make_space("Second")
    join(contributor, read_only, Role.READER)
    join(contributor, second, Role.CONTRIBUTOR)
    client.force_login(contributor)
    page = client.get(reverse(name)).content.decode()
    assert "Border management" in page and "Second" in page
    assert "Read only" not in page and "Elsewhere" not in page
    for closed in (read_only, elsewhere):
        assert client.post(reverse(name), sent_into(closed, kind, content, file)).status_code == 404
    assert not model.objects.exists()
    client.post(reverse(name), sent_into(space, kind, content, file))
    uploaded = model.objects.get()
    assert (uploaded.space, uploaded.marking, uploaded.uploaded_by_user) == (space, Marking.AMBER, contributor)
    entry = AuditEntry.objects.get(verb="file uploaded")
    assert (entry.actor, entry.object_id, entry.space_id) == (contributor, uploaded.pk, space.pk)
    for who in (make_member(read_only, Role.READER), make_user(is_superuser=True, is_staff=True)):
        client.force_login(who)
        assert client.get(reverse(name)).status_code == 404
        assert client.post(reverse(name), sent_into(space, kind, content, file)).status_code == 404


@pytest.mark.parametrize(("kind", "name", "content", "file", "model"), UPLOADS)
def test_what_is_uploaded_there_is_judged_by_its_content(client, rapporteur, kind, name, content, file, model):
    client.force_login(rapporteur)
    answer = client.post(reverse(name), sent_into(None, kind, b"MZ\x90\x00 no such thing", "harmless.png"))
    assert "errors" in answer.content.decode() or "error" in answer.content.decode()
    assert not model.objects.exists()


def test_a_picture_that_was_uploaded_shows_on_a_page(client, space, rapporteur):
    client.force_login(rapporteur)
    client.post(reverse("wagtailimages_chooser:create"), sent_into(None, "image", png(), "picture.png"))
    news = make_news(space, picture=Picture.objects.get())
    [address] = re.findall(r'src="(/pictures/[^"]+)"', client.get(news.get_absolute_url()).content.decode())
    assert client.get(address).headers["Content-Type"].startswith("image/")


# --- reference data ------------------------------------------------------------------------------------------------
def test_the_secretariat_keeps_organisations_and_editors_of_spaces_do_not(client, rapporteur):
    form = {"name": "Federal Investigation Agency", "acronym": "FIA", "kind": "agency", "country": ""}
    client.force_login(rapporteur)
    assert client.get(reverse("organisation:index")).status_code == 404
    assert client.post(reverse("organisation:add"), form).status_code == 404
    client.force_login(make_user(platform_role="secretariat"))
    client.post(reverse("organisation:add"), form)
    page = client.get(reverse("organisation:index")).content.decode()
    assert "Federal Investigation Agency" in page
    assert client.get(reverse("wagtailadmin_home")).status_code == 200


def test_what_is_done_to_reference_data_stands_in_the_trail(client):
    secretary = make_user(platform_role="secretariat")
    client.force_login(secretary)
    form = {"name": "Federal Investigation Agency", "acronym": "FIA", "kind": "agency", "country": ""}
    client.post(reverse("organisation:add"), form)
    fia = Organisation.objects.get(acronym="FIA")
    client.post(reverse("organisation:edit", args=[fia.pk]), {**form, "name": "Federal Agency"})
    client.post(reverse("country:add"), {"code": "TJ", "name": "Tajikistan"})
    deeds = AuditEntry.objects.filter(actor=secretary).order_by("pk")
    assert list(deeds.values_list("verb", "object_type__model", "object_id", "after__key")) == [
        ("reference entry added", "organisation", fia.pk, fia.pk),
        ("reference entry changed", "organisation", fia.pk, fia.pk),
        ("reference entry added", "country", 0, "TJ"),
    ]


def test_the_trail_says_what_editors_do_in_the_language_of_its_reader():
    for language in ("ru", "ur"):
        with translation.override(language):
            for verb in [*wagtail_hooks.DEEDS.values(), *wagtail_hooks.REFERENCE_DEEDS.values()]:
                assert translation.gettext(verb) != verb
