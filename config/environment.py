"""Settings as the environment gives them: each is checked when it is read, and a wrong one is answered by a sentence.

`manage.py` and the server print that sentence and end, instead of a traceback. The values themselves are not printed
where they may hold a password.
"""

import os
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# To look for the best order among eight tables takes PostgreSQL ten times as long as to answer (docs/decisions/0035).
JOINED_AS_WRITTEN = "-c join_collapse_limit=4 -c from_collapse_limit=4"
# To compile what counts two hundred thousand rows takes it longer than to count them.
NOT_COMPILED = "-c jit=off"
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
LAST_HOUR = 23
PUSH_KEY_BYTES = 32
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail")


class Environment(environ.Env):
    """What django-environ reads, checked."""

    def read_file(self, file: Path) -> None:
        """Take what `file` says and the environment does not."""
        if file.exists():
            self.read_env(file)

    def switch(self, name: str, default: bool = False) -> bool:
        text = self(name, default="").strip().lower()
        if not text:
            return default
        if text not in SWITCHES:
            refuse(name, f"is “{text}”; it is a switch: 1 or 0")
        return SWITCHES[text]

    def number(self, name: str, default: int, least: int = 1) -> int:
        text = self(name, default="").strip() or str(default)
        if not text.isascii() or not text.isdigit() or int(text) < least:
            refuse(
                name, f"is “{text}”; it must be a whole number " + (f"from {least} on" if least > 1 else "above zero")
            )
        return int(text)

    def hour(self, name: str, default: int) -> int:
        text = self(name, default="").strip() or str(default)
        if not text.isascii() or not text.isdigit() or int(text) > LAST_HOUR:
            refuse(name, f"is “{text}”; it must be an hour of the day, from 0 to {LAST_HOUR}")
        return int(text)

    def push_key(self, name: str) -> str:
        """The private key of Web Push: 32 bytes in base64 as addresses hold it."""
        text = str(self(name, default="")).strip()
        try:
            is_key = len(urlsafe_b64decode(text + "=" * (-len(text) % 4))) == PUSH_KEY_BYTES
        except ValueError:
            is_key = False
        if text and not is_key:
            refuse(name, "is no key; `manage.py make_push_key` makes one")
        return text

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        text = self(name, default="").strip().upper() or default
        if text not in choices:
            refuse(name, f"is “{text}”; it must be one of {', '.join(choices)}")
        return text

    def words(self, name: str, choices: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
        """Some of `choices`, with commas between them; “nobody” for none."""
        said = [word.strip().lower() for word in self(name, default="").split(",") if word.strip()]
        if said == ["nobody"]:
            return []
        for word in said:
            if word not in choices:
                refuse(name, f"names “{word}”; it may name {', '.join(choices)}, or nobody")
        return said or list(default)

    def pairs(self, name: str) -> dict[str, str]:
        """name=secret, with blanks between them."""
        found = [pair.partition("=") for pair in self(name, default="").split()]
        if not all(key and value for key, _sign, value in found):
            refuse(name, "is to be read as name=secret, with blanks between the pairs")
        return {key: value for key, _sign, value in found}

    def address(self, name: str, schemes: tuple[str, ...], default: str = "") -> str:
        """An address of one of `schemes` with a host; none where the default is none."""
        text = self(name, default="").strip() or default
        if text:
            self._check_address(name, text, schemes, "host")
        return text

    def addresses(self, name: str, schemes: tuple[str, ...]) -> str:
        """Addresses with commas between them, each checked: the nodes of one cluster."""
        text = ",".join(each.strip() for each in self(name, default="").split(",") if each.strip())
        for address in filter(None, text.split(",")):
            self._check_address(name, address, schemes, "host")
        return text

    def file(self, name: str) -> str:
        """The path of a file that can be read; none by default."""
        text = str(self(name, default="")).strip()
        if text and not os.access(text, os.R_OK):
            refuse(name, f"is “{text}”; there is no such file that can be read")
        return text

    def scanner(self, name: str) -> str:
        """A command with its path, or clamd://host:port, or clamd:/path/to/socket."""
        text = str(self(name, default="")).strip()
        if text.startswith("clamd://"):
            self._check_address(name, text, ("clamd",), "host")
        elif text and not text.startswith(("/", "clamd:/")):
            refuse(name, "must be a command that begins with /, clamd://host:port, or clamd:/path/to/socket")
        return text

    def database(self, name: str, default: str) -> dict[str, Any]:
        text = self(name, default="").strip() or default
        scheme = self._check_address(name, text, DATABASE_SCHEMES)
        if scheme == "sqlite" and not text.startswith("sqlite:///"):
            refuse(name, "names no file; write sqlite:///path/to/file, with a fourth stroke for a path from the root")
        found = self.db_url_config(text)
        if not found["NAME"]:
            refuse(name, "names no database; write postgres://user:password@host:port/database")
        if scheme != "sqlite":
            own = found.setdefault("OPTIONS", {})
            # The last word holds.
            own["options"] = f"{JOINED_AS_WRITTEN} {NOT_COMPILED} {own.get('options', '')}".strip()
        return found

    def mail(self, name: str, default: str) -> dict[str, Any]:
        text = self(name, default="").strip() or default
        self._check_address(name, text, MAIL_SCHEMES)
        return self.email_url_config(text)

    def _check_address(self, name: str, text: str, schemes: tuple[str, ...], *needed: str) -> str:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        try:
            parts = urlsplit(text)
            port_is_right = parts.port is None or parts.port > 0
        except ValueError:
            refuse(name, "is not an address: its host or its port cannot be read")
        if parts.scheme not in schemes or "://" not in text:
            refuse(name, f"must begin with {expected}" + (f", not {parts.scheme}:" if parts.scheme else ""))
        if not port_is_right or ("host" in needed and not parts.hostname):
            refuse(name, "names no host")
        return parts.scheme


def refuse(name: str, reason: str) -> NoReturn:
    raise ImproperlyConfigured(f"The setting {name} {reason}.")


@contextmanager
def sentences_for_wrong_settings() -> Iterator[None]:
    """End the process with a sentence where a setting is wrong or the database cannot be reached."""
    try:
        yield
    except ImproperlyConfigured as error:
        sys.exit(f"Accord does not start. {error}")
    except Exception as error:
        if _is_unreachable_database(error):
            sys.exit(f"The database that DATABASE_URL names cannot be used: {str(error).strip()}")
        raise


def _is_unreachable_database(error: Exception) -> bool:
    from django.db import OperationalError

    return isinstance(error, OperationalError)
