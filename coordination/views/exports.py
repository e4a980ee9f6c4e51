"""Lists as files: exactly what the reader may read of the list, as narrowed down, in XLSX or CSV."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO, Any

from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access, columns, selectors, services, sheets
from coordination.forms import ActionFilters, AgreementFilters, CommitmentFilters
from coordination.models import Action, Agreement, Commitment

KEYS_AT_ONCE = 500
PIECE_BYTES = 64 * 1024
# A file is begun in memory, and goes on on the disk.
IN_MEMORY_BYTES = 2 * 1024 * 1024
KINDS = {"xlsx": sheets.XLSX, "csv": sheets.CSV}


@login_required
@require_safe
def action_export(request, form):
    readable = Action.objects.readable_by(request.user)
    filters = ActionFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_actions(readable, request.user, filters.chosen)
    return _export(request, form, "actions", rows, columns.ACTIONS)


@login_required
@require_safe
def commitment_export(request, form):
    readable = Commitment.objects.readable_by(request.user)
    filters = CommitmentFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_commitments(readable, request.user, filters.chosen)
    return _export(request, form, "commitments", rows, columns.COMMITMENTS)


@login_required
@require_safe
def agreement_export(request, form):
    readable = Agreement.live_pages().readable_by(request.user)
    filters = AgreementFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_agreements(readable, filters.chosen)
    return _export(request, form, "agreements", rows, columns.AGREEMENTS)


def _export(request: Any, form: str, name: str, rows: Any, wanted: tuple[columns.Column, ...]) -> HttpResponseBase:
    if form not in KINDS:
        raise Http404
    file_name = f"accord-{name}-{timezone.localdate().isoformat()}.{form}"
    if request.method == "HEAD":
        return attachment(HttpResponse(), KINDS[form], file_name)
    exported = selectors.Exported(rows, wanted, request.user)
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  closed with the answer
    write = _write_xlsx if form == "xlsx" else _write_csv
    write(target, exported, request)
    with transaction.atomic():
        services.note_export(request.user, name, form, exported.number)
        _note_readings(request, rows.model, exported.red)
    return attachment(streamed(request, target), KINDS[form], file_name)


def _note_readings(request: Any, model: type[Model], red: list[int]) -> None:
    """In slices: a query takes so many keys and no more."""
    for first in range(0, len(red), KEYS_AT_ONCE):
        keys = red[first : first + KEYS_AT_ONCE]
        for obj in model._default_manager.filter(pk__in=keys).select_related("audience"):
            access.note_reading(request, obj)


def _write_csv(target: IO[bytes], exported: selectors.Exported, request: Any) -> None:
    sheets.write_csv(target, exported.headings, exported.rows())


def _write_xlsx(target: IO[bytes], exported: selectors.Exported, request: Any) -> None:
    workbook = sheets.XlsxWriter(target)
    workbook.table(_("Rows"), exported.headings, exported.rows())
    moment = timezone.localtime()
    workbook.front(
        _("About"),
        [
            [_("Exported from Accord for"), str(request.user)],
            [_("On"), f"{date_format(moment, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"],
            [_("Rows"), str(exported.number)],
            [_("Narrowest marking among them"), f"TLP:{exported.narrowest}"],
            [
                _("Mind"),
                _("It holds what you may read, as it stood then. Pass on no row beyond its marking."),
            ],
        ],
    )
    workbook.close()


def attachment(response: HttpResponseBase, content_type: str, file_name: str) -> HttpResponseBase:
    """A file to be kept by its reader and by no cache."""
    response["Content-Type"] = content_type
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def streamed(request: Any, target: IO[bytes]) -> StreamingHttpResponse:
    """What has been written, piece by piece."""
    length = target.tell()
    target.seek(0)
    # Under ASGI Django would read a synchronous iterator to its end before it sends the first byte.
    pieces = _pieces_in_turn(target.read) if isinstance(request, ASGIRequest) else _pieces(target.read)
    response = StreamingHttpResponse(pieces)
    response["Content-Length"] = str(length)
    response._resource_closers.append(target.close)  # type: ignore[attr-defined]  # Django's own way, in FileResponse too
    return response


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(PIECE_BYTES):
        yield piece


async def _pieces_in_turn(read: Callable[[int], bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(read, PIECE_BYTES):
        yield piece
