"""Everything that Accord holds about somebody, as one ZIP for that person alone (docs/decisions/0031).

Asked for by the person, or by an administrator to whom the person has written, made by the worker, fetched by its owner
and gone after some days. What is in it is said by each package (`coordination.personal`).
"""

import json
import logging
import shutil
import tempfile
import zipfile
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File as Stored
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import services as accounts_services
from accounts.models import User
from coordination import access, audit, personal
from coordination.tasks import WAITED_FOR, made_once
from home.models import EXPORT_KEPT_FOR, ExportState, PersonalExport

logger = logging.getLogger(__name__)
FORMAT, VERSION = "accord-personal-data", 1
# What is more than that is named in the list of files, and fetched from its own page.
MOST_BYTES_OF_FILES = 2 * 1024**3
ASKED = "personal data asked for"

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What Accord holds about a person",
    "type": "object",
    "required": ["format", "version", "made_at", "parts"],
    "properties": {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "made_at": {"type": "string", "format": "date-time"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "title", "rows"],
                "properties": {
                    "name": {"type": "string"},
                    "title": {"type": "string"},
                    "rows": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {
                                "type": ["string", "number", "boolean", "null", "array", "object"]
                            },
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


@transaction.atomic
def ask_for_export(actor: User, user: User) -> PersonalExport:
    """Let the worker make it for `user`. An administrator may ask in the place of the user, who is told, and who alone
    fetches it: the office reads nothing. Asked twice, it is made once."""
    if actor.pk != user.pk and not access.can_in_office(actor, "keep_accounts"):
        raise PermissionDenied
    if not user.is_active:
        raise ValidationError(_("This account is closed: nobody could fetch it."))
    own = PersonalExport.objects.filter(user=user)
    asked, is_new = made_once(own, PersonalExport(user=user, asked_by=actor))
    if not is_new:
        return asked
    audit.record(actor, ASKED, user)
    if actor.pk != user.pk:
        accounts_services.tell_of_change(user, accounts_services.Change.DATA_ASKED)
    make_personal_export.enqueue(asked.key)
    forget_personal_export.using(run_after=asked.ends_at).enqueue(asked.key)
    return asked


@task(priority=WAITED_FOR)
def make_personal_export(key: str) -> None:
    """Make it. Run twice, it is made once."""
    asked = PersonalExport.objects.filter(key=key, state=ExportState.WAITING).select_related("user").first()
    if asked is None:
        return
    try:
        with override(asked.user.language), access.remembering(), tempfile.TemporaryFile() as target:
            write(asked.user, target)
            target.seek(0)
            _keep(asked, target)
    except Exception:
        logger.exception("The export %s was not made.", key)
        PersonalExport.objects.filter(pk=asked.pk, state=ExportState.WAITING).update(state=ExportState.FAILED)


def _keep(asked: PersonalExport, target: IO[bytes]) -> None:
    with transaction.atomic():
        if (row := asked.while_it_waits()) is not None:
            row.hold(Stored(target), in_place_of=PersonalExport.objects.filter(user=asked.user))


@task()
def forget_personal_export(key: str) -> None:
    """Its days are over."""
    for export in PersonalExport.objects.filter(key=key):
        export.delete()


def export_of(user: User) -> PersonalExport | None:
    """The latest that was asked for, while it is there."""
    return PersonalExport.objects.filter(user=user, asked_at__gt=timezone.now() - EXPORT_KEPT_FOR).first()


# --- the ZIP -------------------------------------------------------------------------------------------------------
def write(user: User, target: IO[bytes]) -> None:
    """`data.json` with its schema, the same to read, and the files."""
    parts = [{"name": part.name, "title": str(part.title), "rows": list(part.rows(user))} for part in personal.parts]
    made_at = timezone.now()
    data = {"format": FORMAT, "version": VERSION, "made_at": made_at.isoformat(), "parts": parts}
    context = {
        "person": user, "parts": [part for part in parts if part["rows"]], "made_at": made_at,
        "direction": "rtl" if get_language_bidi() else "ltr", "language": user.language,
    }  # fmt: skip
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        archive.writestr("schema.json", json.dumps(SCHEMA, indent=1))
        archive.writestr("index.html", render_to_string("home/personal_export.html", context))
        archive.writestr("style.css", render_to_string("home/archive/archive.css"))
        _write_files(user, archive)


def _write_files(user: User, archive: zipfile.ZipFile) -> None:
    left = MOST_BYTES_OF_FILES
    for found in personal.files_of:
        for file in found(user):
            left -= file.file_size or 0
            if left < 0:
                return
            name = PurePosixPath(file.filename).name
            try:
                with file.file.open("rb") as source, archive.open(f"files/{file.key}/{name}", "w") as member:
                    shutil.copyfileobj(source, member)
            except OSError:
                logger.warning("The content of a file is not there to be exported.")
