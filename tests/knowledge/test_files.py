"""Files and pictures are served to those who may read them, and to nobody else by any way."""

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import AsyncRequestFactory
from django.urls import reverse

from coordination import access
from coordination.models import AuditEntry, Marking, Role
from knowledge.models import Picture
from knowledge.views.files import file_serve
from tests.factories import (
    make_file,
    make_member,
    make_organisation,
    make_picture,
    make_resource,
    make_space,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
CONTENT = b"Canary: 0123456789"


@pytest.fixture
def space():
    return make_space()


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("marking", Marking.values)
@pytest.mark.parametrize("make", [make_file, make_picture])
def test_a_file_is_sent_to_exactly_those_who_may_read_it(client, space, marking, make):
    fia = make_organisation("FIA")
    chair, liaison = make_member(space, Role.CHAIR), make_member(space, Role.CONTRIBUTOR, fia)
    stranger = make_member(make_space(), Role.CHAIR, fia)
    file = mark(make(space), marking, organisations=[fia], users=[chair])
    address = file.wide_url() if make is make_picture else file.get_absolute_url()
    for reader in (None, make_user(), stranger, liaison, chair, make_user(platform_role="administrator")):
        client.logout()
        if reader:
            client.force_login(reader)
        may_read = access.may_read(reader or AnonymousUser(), file)
        for how in ({}, {"HTTP_RANGE": "bytes=0-3"}, {"HTTP_RANGE": "bytes=9999999-"}):
            response = client.get(address, **how)
            assert (response.status_code in (200, 206, 416)) == may_read
            if not may_read:
                assert response.status_code == 404
                assert "Content-Range" not in response
        head = client.head(address)
        assert head.status_code == (200 if may_read else 404)
        assert head.content == b""


def test_a_file_comes_closed_in(client, space):
    file = mark(make_file(space, "list.txt", CONTENT), Marking.CLEAR)
    response = client.get(file.get_absolute_url())
    assert body(response) == CONTENT
    assert response["Content-Disposition"] == 'attachment; filename="list.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert client.head(file.get_absolute_url())["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "status", "sent"),
    [
        ("bytes=0-5", 206, CONTENT[:6]),
        ("bytes=8-", 206, CONTENT[8:]),
        ("bytes=-4", 206, CONTENT[-4:]),
        ("bytes=0-9999", 200, CONTENT),
        ("bytes=18-", 416, b""),
        ("bytes=-0", 200, CONTENT),
        ("bytes=5-2", 200, CONTENT),
        ("bytes=0-1,3-4", 200, CONTENT),
        ("pages=1-2", 200, CONTENT),
        ("bytes=nonsense", 200, CONTENT),
    ],
)
def test_a_range_of_a_file(client, space, asked, status, sent):
    file = mark(make_file(space, "list.txt", CONTENT), Marking.CLEAR)
    response = client.get(file.get_absolute_url(), HTTP_RANGE=asked)
    assert response.status_code == status
    assert body(response) == sent
    assert response["Content-Length"] == str(len(sent))


@pytest.mark.parametrize("name", ["report.pdf", "other.txt", "report.TXT", "x" * 300, "..", "%2e%2e%2fdb.sqlite3"])
def test_a_wrong_name_is_as_unknown_as_a_wrong_key(client, space, name):
    file = mark(make_file(space), Marking.CLEAR)
    assert client.get(f"/files/{file.key}/{name}").status_code == 404
    assert client.get(f"/files/unknown/{file.filename}").status_code == 404


def test_only_pdf_and_pictures_open_in_the_browser(client, space):
    def disposition(name):
        return client.get(mark(make_file(space, name), Marking.CLEAR).get_absolute_url())["Content-Disposition"]

    assert disposition("a.pdf").startswith("inline")
    assert disposition("a.png").startswith("inline")
    assert disposition("a.svg").startswith("attachment")
    assert disposition("a.html").startswith("attachment")
    assert disposition("قانون.docx").startswith("attachment; filename*=utf-8''")


def test_a_page_never_comes_out_as_a_page(client, space):
    file = mark(make_file(space, "a.html", b"<script>1</script>"), Marking.CLEAR)
    assert client.get(file.get_absolute_url())["Content-Type"] == "application/octet-stream"


def test_reading_a_red_file_is_noted(client, space):
    chair = make_member(space, Role.CHAIR)
    file = mark(make_file(space), Marking.RED, users=[chair])
    client.force_login(chair)
    body(client.get(file.get_absolute_url()))
    assert AuditEntry.objects.filter(verb="read", object_id=file.pk, actor=chair).count() == 1


def test_the_file_of_an_unpublished_resource_is_gone_with_it(client, space):
    file = make_file(space)
    resource = mark(make_resource(space, files=[file]), Marking.CLEAR)
    assert client.get(file.get_absolute_url()).status_code == 200
    resource.unpublish()
    assert client.get(file.get_absolute_url()).status_code == 404


def test_a_file_that_storage_lost_is_404(client, space):
    file = mark(make_file(space), Marking.CLEAR)
    file.file.storage.delete(file.file.name)
    assert client.get(file.get_absolute_url()).status_code == 404
    assert client.head(file.get_absolute_url()).status_code == 404


def test_no_file_has_a_direct_address(client, space):
    file = mark(make_file(space), Marking.CLEAR)
    picture = mark(make_picture(space), Marking.CLEAR)
    for address in (f"{settings.MEDIA_URL}{file.file.name}", f"/media/{file.file.name}", picture.file.url):
        assert client.get(address).status_code == 404


def test_a_picture_is_made_in_our_sizes_only(client, space):
    picture = mark(make_picture(space), Marking.CLEAR)
    assert client.get(picture.wide_url())["Content-Type"] == "image/png"
    for spec in ("width-9999", "original", "fill-1x1", "max-1x1|format-gif", "nonsense", "x" * 400):
        assert client.get(picture.spec_url(spec)).status_code == 404
    assert [rendition.filter_spec for rendition in picture.renditions.all()] == ["max-1200x800"]


def test_a_rendition_that_the_site_has_made_is_served_by_the_rule(client, space):
    picture = make_picture(space)
    rendition = picture.get_rendition("max-165x165")
    assert rendition.url == reverse("picture_serve", kwargs={"key": picture.key, "spec": "max-165x165"})
    assert client.get(rendition.url).status_code == 404
    client.force_login(make_member(space))
    response = client.get(Picture.objects.get().get_rendition("max-165x165").url)
    assert response.status_code == 200
    assert body(response).startswith(b"\x89PNG")


def test_under_asgi_a_file_comes_in_pieces(space):
    file = mark(make_file(space, "list.txt", CONTENT * 10_000), Marking.CLEAR)
    request = AsyncRequestFactory().get(file.get_absolute_url())
    request.user = AnonymousUser()
    response = file_serve(request, file.key, "list.txt")
    assert response.is_async
    assert len(pieces := async_to_sync(all_pieces)(response)) > 1
    assert b"".join(pieces) == CONTENT * 10_000


async def all_pieces(response) -> list[bytes]:
    return [piece async for piece in response.streaming_content]
