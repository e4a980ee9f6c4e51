"""What is kept of an upload: nothing that the installation's scanner refuses, and of a picture only what is seen."""

import io
import socketserver
import struct
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image

from coordination.models import Role
from knowledge import services
from knowledge.uploads import check_upload
from tests.factories import make_member, make_resource, make_space

HARMFUL = b"something harmful"
UPSIDE, MAKER, GPS = 0x0112, 0x010F, 0x8825


class Clamd(socketserver.StreamRequestHandler):
    """Answers as clamd does what is sent to it in pieces."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Test FOUND\0" if HARMFUL in content else b"stream: OK\0")


@pytest.fixture
def clamd(tmp_path):
    path = str(tmp_path / "clamd")
    with socketserver.ThreadingUnixStreamServer(path, Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"clamd:{path}"
        server.shutdown()


@pytest.fixture
def command(tmp_path):
    script = tmp_path / "scanner"
    script.write_text(f'#!/bin/sh\ngrep -q "{HARMFUL.decode()}" && exit 1\nexit 0\n')
    script.chmod(0o700)
    return str(script)


def refusal_of(uploaded):
    with pytest.raises(ValidationError) as refusal:
        check_upload(uploaded)
    assert refusal.value.messages[0].endswith(".")
    return refusal.value.code


@pytest.mark.parametrize("kind", ["clamd", "command"])
def test_what_the_scanner_finds_is_refused(kind, request, settings):
    settings.UPLOAD_SCANNER = request.getfixturevalue(kind)
    good = SimpleUploadedFile("a.txt", b"nothing " * 20_000)
    check_upload(good)
    assert good.tell() == 0
    assert refusal_of(SimpleUploadedFile("b.txt", b"x" * 100_000 + HARMFUL)) == "virus"


@pytest.mark.parametrize(
    "scanner", ["clamd:/nowhere/at/all", "clamd://127.0.0.1:1", "/nowhere/at/all", "/bin/sh -c 'exit 2'"]
)
def test_a_scanner_that_does_not_answer_lets_nothing_in(scanner, settings, caplog):
    settings.UPLOAD_SCANNER = scanner
    assert refusal_of(SimpleUploadedFile("secret.txt", b"good")) == "unscanned"
    assert "did not answer" in caplog.text and "secret" not in caplog.text


def test_a_service_asks_the_scanner_and_keeps_nothing_that_it_refuses(db, settings, command):
    settings.UPLOAD_SCANNER = command
    space = make_space()
    author, resource = make_member(space, Role.RAPPORTEUR), make_resource(space)
    with pytest.raises(ValidationError, match="virus scanner"):
        services.attach_file(author, resource, SimpleUploadedFile("a.txt", HARMFUL))
    assert not resource.files.exists()


# --- pictures ------------------------------------------------------------------------------------------------------
def photo(kind):
    """A picture twice as wide as high, taken with the camera on its side at some place, with an archive behind it."""
    exif = Image.Exif()
    exif[UPSIDE], exif[MAKER], exif[GPS] = 6, "Canary", {1: "N", 2: (33.0, 41.0, 0.0)}
    content = io.BytesIO()
    Image.new("RGB", (16, 8), "red").save(content, kind, exif=exif)
    return content.getvalue() + b"PK\x03\x04Canary"


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_a_picture_keeps_nothing_but_what_is_seen(suffix, kind):
    content = photo(kind)
    uploaded = TemporaryUploadedFile(f"a.{suffix}", f"image/{suffix}", len(content), None)
    uploaded.write(content)
    assert b"Canary" in content
    check_upload(uploaded)
    kept = uploaded.read()
    assert uploaded.size == len(kept) == Path(uploaded.temporary_file_path()).stat().st_size
    assert b"Canary" not in kept
    drawn = Image.open(io.BytesIO(kept))
    assert (drawn.format, drawn.size, dict(drawn.getexif())) == (kind, (8, 16), {})
    # What a form has judged is not drawn, and so worsened, once more by the service.
    uploaded.seek(0)
    check_upload(uploaded)
    assert uploaded.read() == kept


def test_a_picture_that_moves_goes_on_to_move():
    frames, content = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")], io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], comment=b"Canary", duration=50)
    uploaded = SimpleUploadedFile("a.gif", content.getvalue())
    check_upload(uploaded)
    kept = uploaded.read()
    assert b"Canary" not in kept and Image.open(io.BytesIO(kept)).n_frames == 3
