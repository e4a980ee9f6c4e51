"""Small pictures of files that are pictures: drawn anew when one is first asked for, and without what a camera writes
besides. They have no address of their own: whoever asks is asked for the right to read the file."""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.base import File as Opened
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from knowledge.models import File
from knowledge.uploads import PICTURE_FORMATS, suffix_of

SIZE = (640, 480)
NAME = "picture.webp"
# What takes more memory than this to be drawn is shown by its name only.
MOST_PIXELS = 50_000_000


def of(file: File) -> Any | None:
    """The small picture of `file`, as it lies in the storage; None where the file is no picture, or too large a one."""
    if not file.is_picture:
        return None
    place = _place_of(file)
    if not default_storage.exists(place):
        content = _drawn(file)
        if content is None:
            return None
        saved = default_storage.save(place, ContentFile(content))
        if saved != place:  # somebody else has drawn it at the same moment
            default_storage.delete(saved)
    return _Stored(place)


def forget(file: File) -> None:
    """The file is gone, or has another content."""
    default_storage.delete(_place_of(file))


def forget_deleted(instance: File, **_signal: Any) -> None:
    forget(instance)


def _place_of(file: File) -> str:
    return f"small_pictures/{file.key}.webp"


def _drawn(file: File) -> bytes | None:
    try:
        with file.file.open("rb") as opened, Image.open(opened, formats=[_format(file)]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", SIZE)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail(SIZE)
            content = BytesIO()
            upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB").save(
                content, "WEBP", quality=80
            )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return content.getvalue()


def _format(file: File) -> str:
    return PICTURE_FORMATS[suffix_of(file.filename)]


class _Stored:
    """What `knowledge.serving.send` wants of something stored."""

    def __init__(self, place: str) -> None:
        self.place = place

    @property
    def size(self) -> int:
        return default_storage.size(self.place)

    def open(self, mode: str) -> Opened:
        return default_storage.open(self.place, mode)
