"""What may be uploaded is judged by its content; what is not taken is refused with a sentence, and leaves nothing."""

import errno
import io
import struct
import uuid
import zipfile
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from coordination.models import AuditEntry, Marking, Role
from knowledge import services
from knowledge.forms import EditorsFileForm
from knowledge.models import File, Resource
from knowledge.uploads import MAX_PARTS, check_upload
from tests.factories import make_member, make_resource, make_space, mark
from tests.knowledge.documents import docx_of, pdf_of, xlsx_of


def picture_of(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, kind)
    return content.getvalue()


def huge_picture(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few bytes that says it is 50,000 by 50,000 pixels large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """An office document with one more part."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def with_many_parts(content: bytes) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(MAX_PARTS):
            archive.writestr(f"part{number}.bin", b"")
    return buffer.getvalue()


def plain_archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text")
    return buffer.getvalue()


MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64
GOOD = {
    "report.pdf": lambda: pdf_of("A report"),
    "Отчёт.DOCX": lambda: docx_of("A report"),
    "list.xlsx": lambda: xlsx_of([["a", 1]]),
    "picture.png": lambda: picture_of("PNG"),
    "picture.jpg": lambda: picture_of("JPEG"),
    "picture.webp": lambda: picture_of("WEBP"),
    "film.mp4": lambda: MP4,
    "notes.txt": lambda: "ہجرت".encode(),
    "table.csv": lambda: b"a,b\n1,2\n",
}
BAD = {
    "no suffix": ("report", lambda: b"text", "kind"),
    "a kind that is not taken": ("run.exe", lambda: b"MZ", "kind"),
    "drawings hold scripts": ("a.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
    "pages hold scripts": ("a.html", lambda: b"<html>", "kind"),
    "the old format of Word": ("a.doc", lambda: b"\xd0\xcf\x11\xe0", "kind"),
    "an archive": ("a.zip", plain_archive, "kind"),
    "empty": ("a.pdf", lambda: b"", "empty"),
    "a program called PDF": ("a.pdf", lambda: b"MZ\x90" + b"\0" * 100, "content"),
    "a PDF of one line": ("a.pdf", lambda: b"%PDF-1.7\nnothing else", "content"),
    "a PDF called text": ("a.txt", lambda: pdf_of("x"), "content"),
    "a page called text": ("a.txt", lambda: b"\n<!DOCTYPE html><script>1</script>", "content"),
    "a picture called PDF": ("a.pdf", lambda: picture_of("PNG"), "content"),
    "a PNG called JPEG": ("a.jpg", lambda: picture_of("PNG"), "content"),
    "half a picture": ("a.png", lambda: picture_of("PNG")[:40], "content"),
    "an archive called DOCX": ("a.docx", plain_archive, "content"),
    "a table called DOCX": ("a.docx", lambda: xlsx_of([["a"]]), "content"),
    "a text called XLSX": ("a.xlsx", lambda: docx_of("x"), "content"),
    "half a document": ("a.docx", lambda: docx_of("x")[:500], "content"),
    "macros": ("a.docx", lambda: with_part(docx_of("x"), "word/vbaProject.bin", b"x"), "macros"),
    "a part that unpacks to 100 MB": (
        "a.docx", lambda: with_part(docx_of("x"), "word/more.xml", b" " * 100_000_000), "bomb",
    ),
    "thousands of parts": ("a.xlsx", lambda: with_many_parts(xlsx_of([["a"]])), "bomb"),
    "a picture of 50,000 x 50,000": ("a.png", huge_picture, "bomb"),
    "a picture of 12,000 x 12,000": ("a.png", lambda: huge_picture(12_000, 12_000), "bomb"),
    "a sound that is none": ("a.mp3", lambda: b"no sound at all", "content"),
    "a text with zeros": ("a.txt", lambda: b"a\0b", "content"),
    "a text in another encoding": ("a.txt", lambda: "Отчёт".encode("cp1251"), "encoding"),
    "a name that turns round": ("a\u202efdp.exe.pdf", lambda: pdf_of("x"), "bidirectional"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_taken(name):
    uploaded = SimpleUploadedFile(name, GOOD[name]())
    check_upload(uploaded)
    assert uploaded.tell() == 0


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_a_sentence(case):
    name, content, code = BAD[case]
    with pytest.raises(ValidationError) as refusal:
        check_upload(SimpleUploadedFile(name, content()))
    assert refusal.value.code == code
    assert refusal.value.messages[0].endswith(".")


def test_a_file_over_the_limit_is_refused(settings):
    settings.UPLOAD_LIMIT_MB = 1
    with pytest.raises(ValidationError, match="at most 1 MB") as refusal:
        check_upload(SimpleUploadedFile("a.txt", b"x" * 1_048_577))
    assert refusal.value.code == "size"


# --- on the page ---------------------------------------------------------------------------------------------------
@pytest.fixture
def space(db):
    return make_space()


@pytest.fixture
def contributor(space):
    return make_member(space, Role.CONTRIBUTOR)


def an_answer(**fields):
    return {
        "title": "A study",
        "kind": "study",
        "language": "en",
        "abstract": "In short.",
        "submission": uuid.uuid4(),
        **fields,
    }


@pytest.mark.both_stacks
def test_a_contributor_publishes_a_resource_with_its_file_once(client, space, contributor):
    client.force_login(contributor)
    answer = an_answer(year="2023")
    for _sending in range(2):
        answer["file"] = SimpleUploadedFile("study.pdf", pdf_of("The text of the study"))
        page = client.post(reverse("resource_new", kwargs={"key": space.key}), answer, follow=True)
        assert "A study" in page.content.decode()
    resource, file = Resource.objects.get(), File.objects.get()
    assert (resource.year, resource.owner, resource.marking) == (2023, contributor, Marking.AMBER)
    assert (file.filename, file.attached_to, file.audience) == ("study.pdf", resource, resource.audience)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"resource published", "file attached"}
    assert file.get_absolute_url() in page.content.decode()


@pytest.mark.both_stacks
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 300),
        ("title", ""),
        ("title", "   "),
        ("title", "safe\u202etxt"),
        ("title", "two\nlines"),
        ("abstract", "x" * 100_000),
        ("year", "99999"),
        ("year", "-1"),
        ("year", "last year"),
        ("kind", "novel"),
        ("language", "tlh"),
        ("countries", "XX"),
        ("topics", "999999"),
        ("topics", "9" * 21),
        ("submission", "not-a-key"),
        ("authors", "a\u2066b"),
    ],
)
def test_a_bad_resource_is_refused_and_keeps_what_was_typed(client, space, contributor, field, value):
    client.force_login(contributor)
    answer = an_answer(**{field: value})
    page = client.post(reverse("resource_new", kwargs={"key": space.key}), answer)
    assert page.status_code == 200
    assert page.context["form"].errors.get(field)
    if field != "abstract":
        assert "In short." in page.content.decode()
    assert not Resource.objects.exists()


@pytest.mark.both_stacks
def test_a_bad_file_keeps_what_was_typed_and_stores_nothing(client, space, contributor, settings):
    client.force_login(contributor)
    answer = an_answer(file=SimpleUploadedFile("study.pdf", b"MZ no PDF"))
    page = client.post(reverse("resource_new", kwargs={"key": space.key}), answer)
    assert "not what its name says" in page.content.decode()
    assert "In short." in page.content.decode()
    assert not Resource.objects.exists()
    assert not File.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("title", ["!!!", "محفوظ ہجرت", "x" * 255, "<script>alert(1)</script>"])
def test_any_line_of_text_can_be_a_title(client, space, contributor, title):
    client.force_login(contributor)
    for _number in range(2):
        page = client.post(reverse("resource_new", kwargs={"key": space.key}), an_answer(title=title), follow=True)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
    assert Resource.objects.filter(title=title).count() == 2


@pytest.mark.both_stacks
def test_only_contributors_of_the_space_add_resources(client, space):
    address = reverse("resource_new", kwargs={"key": space.key})
    for reader in (None, make_member(space), make_member(make_space(), Role.CHAIR)):
        client.logout()
        if reader:
            client.force_login(reader)
        assert client.get(address).status_code == 404
        assert client.post(address, an_answer()).status_code == 404
    assert not Resource.objects.exists()


@pytest.mark.both_stacks
def test_a_contributor_attaches_a_file_once(client, space, contributor):
    resource = make_resource(space)
    client.force_login(contributor)
    key = uuid.uuid4()
    for _sending in range(2):
        answer = {"title": "Annex 1", "submission": key, "file": SimpleUploadedFile("a.docx", docx_of("An annex"))}
        assert client.post(resource.get_absolute_url(), answer).status_code == 302
    assert File.objects.get().title == "Annex 1"
    assert "Annex 1" in client.get(resource.get_absolute_url()).content.decode()


def test_a_reader_attaches_nothing(client, space):
    resource = make_resource(space)
    client.force_login(make_member(space))
    assert "Attach a file" not in client.get(resource.get_absolute_url()).content.decode()
    answer = {"submission": uuid.uuid4(), "file": SimpleUploadedFile("a.txt", b"text")}
    assert client.post(resource.get_absolute_url(), answer).status_code == 404
    assert not File.objects.exists()


def test_what_goes_out_beyond_the_space_is_attached_by_those_who_publish_in_its_name(space, contributor):
    resource = mark(make_resource(space), Marking.CLEAR)
    with pytest.raises(PermissionDenied):
        services.attach_file(contributor, resource, SimpleUploadedFile("a.txt", b"text"))
    file = services.attach_file(make_member(space, Role.RAPPORTEUR), resource, SimpleUploadedFile("a.txt", b"text"))
    assert file.marking == Marking.CLEAR


def test_a_file_that_could_not_be_kept_leaves_nothing_on_the_disk(space, contributor, settings, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("knowledge.services.library.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.attach_file(contributor, make_resource(space), SimpleUploadedFile("a.txt", b"text"))
    assert not File.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_whoever_put_a_file_there_takes_it_away(space, contributor):
    file = services.attach_file(contributor, make_resource(space), SimpleUploadedFile("a.txt", b"text"))
    with pytest.raises(PermissionDenied):
        services.remove_file(make_member(space, Role.CONTRIBUTOR), file)
    services.remove_file(contributor, file)
    assert not File.objects.exists()
    assert AuditEntry.objects.filter(verb="file removed").exists()


def test_the_editors_side_judges_files_alike(space):
    from wagtail.documents.forms import get_document_form

    form_class = get_document_form(File)
    assert issubclass(form_class, EditorsFileForm)
    answer = {"title": "A file", "collection": space.collection.pk}
    form = form_class(answer, {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert "not what its name says" in str(form.errors["file"])


def test_the_editors_side_judges_pictures_alike(space):
    from wagtail.images.forms import get_image_form

    from knowledge.models import Picture

    form = get_image_form(Picture)({"title": "A picture"}, {"file": SimpleUploadedFile("a.png", huge_picture())})
    assert form.errors["file"]


class FullDisk(ContentFile):
    """A file of which half is written when the disk is full."""

    def chunks(self, chunk_size=None):
        yield b"The first half."
        raise OSError(errno.ENOSPC, "No space left on device")


def test_of_a_file_that_finds_no_room_nothing_stays_and_its_sender_is_told(tmp_path):
    storage = storages.create_storage({**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}})
    with pytest.raises(ValidationError, match="no room"):
        storage.save("documents/key/report.txt", FullDisk(b"Both halves."))
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]
