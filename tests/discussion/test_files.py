"""Files and pictures that come with messages."""

import io
import struct
import uuid
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from coordination.models import Marking, Role
from discussion import services, threads
from discussion.models import Message
from knowledge.models import File
from search.models import Entry
from tests.factories import make_action, make_member, make_thread, mark

pytestmark = pytest.mark.django_db


def a_picture(name="roster.png", size=(1600, 900)):
    content = io.BytesIO()
    Image.new("RGB", size, (32, 90, 130)).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


def a_vast_picture():
    """Small, and of fifty thousand by fifty thousand pixels by its own head."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def a_bomb(name="plan.docx"):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 70_000_000)
    return SimpleUploadedFile(name, content.getvalue())


@pytest.fixture
def liaison(space):
    return make_member(space, Role.CONTRIBUTOR)


def send(client, address, text="See this.", files=(), **fields):
    return client.post(address, {"text": text, "submission": uuid.uuid4(), "files": list(files), **fields})


def test_a_picture_is_shown_small_with_words_for_it_and_read_by_the_readers_of_the_thread_alone(client, space, liaison):
    thread = make_thread(mark(make_action(space), Marking.RED, users=[liaison]))
    client.force_login(liaison)
    answer = send(client, thread.get_absolute_url(), "", [a_picture()], titles=["The roster of May"])
    assert answer.status_code == 302
    [file] = File.objects.all()
    assert (file.attached_to, file.came_with) == (thread, Message.objects.get().pk)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert f'src="{file.small_url}" alt="Picture: The roster of May"' in page
    small = client.get(file.small_url)
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).size == (640, 360)
    assert small["Cache-Control"] == "private, no-store"
    client.force_login(make_member(space, Role.CHAIR))
    assert [client.get(address).status_code for address in (file.get_absolute_url(), file.small_url)] == [404, 404]


BAD = {
    "an SVG": lambda: SimpleUploadedFile("flag.svg", b"<svg><script>alert(1)</script></svg>"),
    "an SVG under another name": lambda: SimpleUploadedFile("flag.png", b"<svg><script>alert(1)</script></svg>"),
    "a picture of 50,000 by 50,000": lambda: SimpleUploadedFile("wall.png", a_vast_picture()),
    "what unpacks to too much": a_bomb,
    "nothing": lambda: SimpleUploadedFile("empty.txt", b""),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_is_no_good_file_is_refused_by_its_name_and_the_text_stays(client, space, liaison, bad):
    upload = bad()
    thread = make_thread(make_action(space))
    client.force_login(liaison)
    files = [SimpleUploadedFile("fine.txt", b"A page"), upload]
    for address in (thread.get_absolute_url(), f"/threads/about/{threads.name_of(thread)}/say/"):
        for file in files:
            file.seek(0)
        answer = send(client, address, "Typed with care.", files)
        said = answer.content.decode() if answer.status_code == 200 else answer.json()["errors"]["files"][0]
        assert upload.name in said and "fine.txt" not in said
        assert answer.status_code == 422 or "Typed with care." in said
    assert not File.objects.exists() and not Message.objects.exists()


def test_the_files_of_a_withdrawn_message_are_kept_from_all_but_the_chair(client, space, liaison):
    chair = make_member(space, Role.CHAIR)
    thread = make_thread(make_action(space))
    send_as = lambda text: services.post_message(  # noqa: E731
        liaison, thread, text, uuid.uuid4(), uploads=[SimpleUploadedFile("list.txt", b"Names")]
    )
    hidden, deleted = send_as("One"), send_as("Two")
    services.hide_message(chair, hidden, "It names somebody.")
    services.delete_message(liaison, deleted)

    def seen(reader):
        client.force_login(reader)
        page = client.get(thread.get_absolute_url()).content.decode()
        return ["list.txt" in page, *(client.get(file.url).status_code for file in File.objects.order_by("came_with"))]

    assert seen(liaison) == [False, 404, 404]
    assert seen(chair) == [False, 200, 200]
    assert all(
        entry.audience == File.objects.get(pk=entry.object_id).audience for entry in Entry.objects.filter(title="list")
    )
    services.restore_message(chair, hidden)
    assert seen(liaison) == [True, 200, 404]


def test_files_go_along_with_a_message_that_moves(client, space, liaison):
    chair = make_member(space, Role.CHAIR)
    source, target = make_thread(space, subject="One"), make_thread(space, subject="Other")
    upload = SimpleUploadedFile("list.txt", b"Names")
    message = services.post_message(liaison, source, "See", uuid.uuid4(), uploads=[upload])
    services.move_messages(chair, [message], target)
    client.force_login(liaison)
    assert "list.txt" in client.get(target.get_absolute_url()).content.decode()
    assert "list.txt" not in client.get(source.get_absolute_url()).content.decode()


def test_what_is_read_beyond_the_space_takes_files_of_those_alone_who_write_its_records(client, space, liaison):
    thread = mark(make_thread(mark(make_action(space), Marking.GREEN)), Marking.GREEN)
    client.force_login(liaison)
    assert 'name="files"' not in client.get(thread.get_absolute_url()).content.decode()
    with pytest.raises(services.messages.ValidationError, match="Others than the members"):
        services.post_message(liaison, thread, "See", uuid.uuid4(), uploads=[SimpleUploadedFile("a.txt", b"A")])
    assert not Message.objects.exists()
