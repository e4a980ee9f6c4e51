"""Where the next and the previous page begin, sealed into an address.

Sealed and not only signed: by how much something is relevant depends on all that the index holds, so the figure itself
would tell of what its reader may not read.
"""

import base64
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from search.queries import SORTS, Place

LONGEST = 1000


def seal(place: Place) -> str:
    """`place` for an address. A day in it is written as databases read it."""
    held = [place.page, place.engine, place.sort, place.values, place.is_backwards]
    return _box().encrypt(json.dumps(held, default=str).encode()).decode()


def unseal(text: str) -> Place | None:
    """The place; None for anything else, such as one that was sealed under another secret key."""
    if not text or len(text) > LONGEST:
        return None
    try:
        page, engine, sort, values, is_backwards = json.loads(_box().decrypt(text.encode()))
    except (InvalidToken, ValueError):
        return None
    return Place(page, engine, sort, tuple(values), is_backwards) if sort in SORTS else None


def _box() -> Fernet:
    secret = hashlib.sha256(f"search.paging:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
