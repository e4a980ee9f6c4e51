"""Pictures as they are kept: drawn anew from their pixels.

A camera writes into a picture where it was taken, when and with what; others hang further files behind it. None of that
is seen by whoever uploads it, and all of it is read by whoever receives it. So nothing but what is seen is kept.
"""

import threading
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

QUALITY = 90
UPSIDE = 0x0112  # the tag of EXIF that says which side of the picture is up
# What is part of how a picture is seen, and not told about it.
SEEN = ("transparency", "duration", "loop", "background", "disposal", "blend", "dpi")
# A picture of the largest size takes hundreds of megabytes: each process draws one at a time.
_one_at_a_time = threading.Lock()


def draw_anew(uploaded: Any, kind: str) -> None:
    """Put the picture in `uploaded`, of Pillow's format `kind`, in its own place without anything else."""
    with _one_at_a_time:
        uploaded.seek(0)
        with Image.open(uploaded, formats=[kind]) as picture:
            content = _drawn(picture, kind)
    uploaded.seek(0)
    uploaded.truncate()
    uploaded.write(content)
    uploaded.size = len(content)
    uploaded.seek(0)


def _drawn(picture: Image.Image, kind: str) -> bytes:
    moves = kind != "JPEG" and getattr(picture, "n_frames", 1) > 1
    options: dict[str, Any] = {"save_all": True} if moves else {}
    if kind == "JPEG":
        # As it was compressed before, unless it has to be turned: each compression else loses a little.
        turned = picture.format != kind or picture.getexif().get(UPSIDE, 1) != 1
        options["quality"] = QUALITY if turned else "keep"
    if kind == "WEBP":
        options["quality"] = QUALITY
    if not moves:
        picture.load()
        if picture.getexif().get(UPSIDE, 1) != 1:
            picture = ImageOps.exif_transpose(picture)
    picture.info = {name: value for name, value in picture.info.items() if name in SEEN}
    drawn = BytesIO()
    # Said once more by name, since each format takes some of these from elsewhere than `info`.
    picture.save(drawn, kind, exif=b"", icc_profile=None, comment=b"", xmp=b"", **options)
    return drawn.getvalue()
