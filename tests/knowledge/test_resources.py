"""Resources: the versions of their files, what a list is narrowed down by, what is heard and seen."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coordination.models import Marking, Role
from knowledge import selectors, services
from tests.factories import make_file, make_member, make_resource, make_space, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


def text(name, content=b"Lines."):
    return SimpleUploadedFile(name, content)


def offered(resource, reader):
    return {
        one.file.filename: [file.filename for file in one.earlier] for one in selectors.offered_files(resource, reader)
    }


def test_the_newest_version_is_offered_and_those_before_stay_where_they_were(client, space):
    chair, reader = make_member(space, Role.CHAIR), make_member(space)
    resource = make_resource(space, files=[make_file(space, "first.txt"), make_file(space, "other.txt")])
    first = resource.files.get(file__file__endswith="first.txt").file
    client.force_login(chair)
    sent = {"file": text("second.txt"), "replaces": first.key, "submission": uuid4()}
    assert client.post(resource.get_absolute_url(), sent).status_code == 302
    assert list(offered(resource, reader)) == ["second.txt", "other.txt"]
    second = selectors.offered_files(resource, reader)[0].file
    assert second.title == first.title
    third = services.attach_version(chair, second, text("third.txt"))
    assert offered(resource, reader)["third.txt"] == ["second.txt", "first.txt"]
    client.force_login(reader)
    assert {client.get(one.get_absolute_url()).status_code for one in (first, second, third)} == {200}
    # Whoever may not read a version is not told that there is one, and is offered the newest of the rest.
    mark(third, Marking.RED, users=[chair])
    page = client.get(resource.get_absolute_url()).content.decode()
    assert offered(resource, reader)["second.txt"] == ["first.txt"] and "third.txt" not in page
    # What takes the place of a narrow one is as narrow.
    fourth = services.attach_version(chair, third, text("fourth.txt"))
    assert client.get(fourth.get_absolute_url()).status_code == 404
    services.remove_file(chair, fourth)
    assert offered(resource, chair)["third.txt"] == ["second.txt", "first.txt"]


def test_only_of_what_one_may_read_is_there_a_new_version(client, space):
    chair, contributor = make_member(space, Role.CHAIR), make_member(space, Role.CONTRIBUTOR)
    resource = make_resource(space, files=[make_file(space, "closed.txt")])
    closed = mark(resource.files.get().file, Marking.RED, users=[chair])
    client.force_login(contributor)
    sent = {"file": text("mine.txt"), "replaces": closed.key, "submission": uuid4()}
    page = client.post(resource.get_absolute_url(), sent)
    assert page.status_code == 302  # for this sender there is nothing to replace: it is another file
    assert offered(resource, chair) == {"closed.txt": [], "mine.txt": []}


def test_a_list_is_narrowed_down_by_what_a_resource_is(client, space):
    made = {
        "Study": {"kind": "study", "year": 2021, "licence": "cc-by", "languages": ["en", "ps"]},
        "Film": {"kind": "audio_video", "year": 2023, "publisher": "Ariana Films", "language": "ru"},
    }
    for title, fields in made.items():
        mark(make_resource(space, title=title, **fields), Marking.CLEAR)
    mark(make_resource(space, title="Closed", year=1999), Marking.RED, users=[make_member(space)])

    def found(query):
        page = client.get(reverse("resource_list") + query)
        return [resource.title for resource in page.context["page"]], page.content.decode()

    asked = {"?year=2021": ["Study"], "?licence=cc-by": ["Study"], "?language=ps": ["Study"], "?language=ru": ["Film"],
             "?q=ariana": ["Film"], "?kind=audio_video": ["Film"], "?year=1999": ["Film", "Study"]}  # fmt: skip
    assert {query: found(query)[0] for query in asked} == asked
    assert "1999" not in found("")[1]


def test_what_is_heard_or_seen_has_a_player_that_asks_for_pieces(client, space):
    resource = mark(make_resource(space, files=[make_file(space, "talk.mp3", b"ID3" + bytes(100))]), Marking.CLEAR)
    file = resource.files.get().file
    assert f'<audio class="accord-player accord-no-print" controls preload="none" src="{file.get_absolute_url()}"' in (
        client.get(resource.get_absolute_url()).content.decode()
    )
    piece = client.get(file.get_absolute_url(), headers={"Range": "bytes=0-2"})
    assert (
        piece.status_code == 206
        and b"".join(piece.streaming_content) == b"ID3"
        and piece["Content-Type"] == "audio/mpeg"
    )
