"""A photo as it is kept: a small square, drawn anew, so that nothing else comes along with it."""

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 480
MOST_BYTES = 10 * 1024 * 1024
# Fifty thousand by fifty thousand pixels fit in a small file, and in no memory.
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def drawn_anew(upload: Any) -> ContentFile:
    """The photo in `upload` as a JPEG of our own, upright and without what a camera writes besides; ValidationError
    for what is none."""
    if upload.size > MOST_BYTES:
        raise ValidationError({"photo": _("A photo has at most 10 MB.")})
    try:
        with Image.open(upload, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValidationError({"photo": _("This picture has too many pixels: at most fifty million.")})
            square = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (SIDE, SIDE))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as refusal:
        raise ValidationError(
            {"photo": _("This is not a photo that can be read: send a JPEG, PNG or WebP.")}
        ) from refusal
    content = BytesIO()
    square.save(content, "JPEG", quality=85)
    return ContentFile(content.getvalue(), name="photo.jpg")
