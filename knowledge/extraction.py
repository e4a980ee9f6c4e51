"""The text of files, read for search. It runs in the worker, after the upload is committed.

A file is somebody else's work: whatever it holds, the reading of it ends, within bounds, and never harms the file. What
libraries of office formats have to read is read in a process of its own (knowledge.readers).
"""

import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django_tasks import task

from knowledge import readers
from knowledge.readers import NotReadable

logger = logging.getLogger(__name__)

# Text and tables of text are read here: of these a known number of bytes is looked at, and nothing is unpacked.
READ_HERE = ("txt", "csv")
BLANKS = " \t\r\n"
# How much longer than by its own clock the process of a reader may be there, until it is ended.
MORE_SECONDS = 15


@task()
def read_text_of(file_id: int, name: str) -> None:
    """Read the text of a file and keep it. Run twice, it does the same again; on replaced content, nothing."""
    from knowledge.models import File, TextState

    file = File.objects.filter(pk=file_id, file=name).first()
    if file is None:
        return
    try:
        text, state = text_of(file.file, file.filename), TextState.READ
    except NotReadable:
        text, state = "", TextState.UNREADABLE
    with transaction.atomic():
        # The lock, and the question anew: another content may have been put in its place while this one was read.
        file = File.objects.select_for_update().filter(pk=file_id, file=name).first()
        if file is not None:
            file.text, file.text_state = text, state
            file.save(update_fields=["text", "text_state"])


def state_before_reading(name: str) -> str:
    """Whether the text of a file of this name is going to be read."""
    from knowledge.models import TextState

    return TextState.PENDING if _suffix(name) in readers.READERS else TextState.NONE


def text_of(file: Any, name: str) -> str:
    """The text of an opened or stored file, within the bounds of `readers`. Raises NotReadable."""
    kind = _suffix(name)
    if kind not in readers.READERS:
        raise NotReadable(name)
    try:
        with file.open("rb") as opened:
            text = "\n".join(readers.text_in(opened, kind)) if kind in READ_HERE else _read_apart(opened, kind)
    except NotReadable:
        raise
    except Exception as error:
        # The kind of the error and nothing of its text, which may quote the file: logs are read by operators.
        logger.info("The text of a %s file could not be read: %s", kind, type(error).__name__)
        raise NotReadable(name) from error
    # Pages without text are counted too, at the beginning as well.
    return text.strip(BLANKS)[: readers.MAX_CHARACTERS] if text.strip() else ""


def _read_apart(opened: Any, kind: str) -> str:
    """What a process of its own reads, until it ends or has taken too long; the beginning is better than nothing."""
    bounds = [str(readers.MAX_SECONDS), str(readers.MAX_MEMORY)]
    with tempfile.TemporaryFile() as copy:  # wherever files are stored, the process reads from a disk
        shutil.copyfileobj(opened, copy)
        copy.seek(0)
        # Isolated: no module of ours stands in for one of Python's, and no setting of the service reaches it.
        reading = subprocess.Popen(
            [sys.executable, "-I", readers.__file__, kind, *bounds],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        with reading:
            try:
                found, _none = reading.communicate(timeout=readers.MAX_SECONDS + MORE_SECONDS)
            except subprocess.TimeoutExpired:
                reading.kill()
                found, _none = reading.communicate()
    if reading.returncode:
        logger.info("The reading of a %s file ended early (%s), after %d bytes.", kind, reading.returncode, len(found))
        if not found:
            raise NotReadable(kind)
    return found.decode("utf-8", "ignore")


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
