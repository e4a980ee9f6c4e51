"""Secrets that the database keeps for us, so that a copy of it opens nothing: sealed with a key from SECRET_KEY."""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "accounts.sealed"


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Under another SECRET_KEY than it was sealed with, a text that nobody knows: no code fits it."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _keys() -> MultiFernet:
    """The present key first; what was sealed with one before it can still be read."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(salted_hmac(SALT, "", secret=key, algorithm="sha256").digest()))
        for key in known
    )
