"""Asking the installation's own scanner whether an upload is known to be harmful (setting UPLOAD_SCANNER).

Off unless an operator names one: a command that is given the content, or clamd. What cannot be asked takes nothing: an
upload is refused while the scanner does not answer.
"""

import logging
import shlex
import socket
import struct
import subprocess
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
CLAMD = "clamd:"
CLAMD_PORT = 3310
SECONDS = 60
PIECE_BYTES = 64 * 1024
# What a command ends with, as clamscan has it: good, something found; anything else is a fault of its own.
GOOD, FOUND = 0, 1


class NotAnsweredError(Exception):
    """The scanner said neither that the content is good nor that it is not."""


def refuse_harmful(uploaded: Any) -> None:
    """Refuse, with a sentence, what the scanner knows to be harmful; and everything while it does not answer."""
    scanner = settings.UPLOAD_SCANNER
    if not scanner:
        return
    uploaded.seek(0)
    try:
        is_good = _by_clamd(scanner, uploaded) if scanner.startswith(CLAMD) else _by_command(scanner, uploaded)
    except (OSError, NotAnsweredError, subprocess.SubprocessError) as error:
        logger.error("The scanner of uploads did not answer: %s", type(error).__name__)
        raise ValidationError(
            _("Files cannot be checked for viruses at the moment, and none is taken. Try again later."),
            code="unscanned",
        ) from error
    finally:
        uploaded.seek(0)
    if not is_good:
        logger.warning("The scanner of uploads has refused a file.")
        raise ValidationError(_("The virus scanner has found something in this file. It is not taken."), code="virus")


def _by_command(command: str, uploaded: Any) -> bool:
    """Give the content to a command on its standard input; no name of an upload becomes part of a command."""
    with subprocess.Popen(
        shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.communicate(uploaded.read(), timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    if process.returncode not in (GOOD, FOUND):
        raise NotAnsweredError
    return process.returncode == GOOD


def _by_clamd(scanner: str, uploaded: Any) -> bool:
    """Send the content to clamd in pieces, each after its length (INSTREAM), and read its verdict."""
    with _connection(scanner) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        while piece := uploaded.read(PIECE_BYTES):
            clamd.sendall(struct.pack(">I", len(piece)) + piece)
        clamd.sendall(struct.pack(">I", 0))
        verdict = b""
        while piece := clamd.recv(PIECE_BYTES):
            verdict += piece
    verdict = verdict.rstrip(b"\0\n")
    if verdict.endswith(b"FOUND"):
        return False
    if not verdict.endswith(b"OK"):
        raise NotAnsweredError
    return True


def _connection(scanner: str) -> socket.socket:
    """To `clamd://host:port`, or to the socket of `clamd:/path`."""
    parts = urlsplit(scanner)
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or CLAMD_PORT), SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
