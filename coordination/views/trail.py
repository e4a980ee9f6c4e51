"""The audit trail, for auditors and for the chairs of spaces (docs/decisions/0004)."""

import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access, chain, selectors, services, sheets
from coordination.forms import TrailFilters
from coordination.models import AuditLink
from coordination.views.exports import IN_MEMORY_BYTES, KINDS, attachment, streamed
from coordination.views.shared import ROWS_ON_A_PAGE

DIGITS_OF_A_PAGE_NUMBER = 6
# More than anybody looks through in one file; a longer trail is narrowed down, period by period.
MOST_EXPORTED = 100_000
JSON_LINES = "application/x-ndjson; charset=utf-8"


@login_required
@require_safe
def audit_trail(request):
    """Who did what, when and from where; of what is closed to the reader, nothing but the kind."""
    filters, entries = _asked_for(request)
    number = _number(request.GET.get("page", "1"))
    first = (number - 1) * ROWS_ON_A_PAGE
    # One row more than a page tells whether there is a next one: no total is counted or shown.
    rows = list(entries[first : first + ROWS_ON_A_PAGE + 1])
    is_auditor = access.can_in_office(request.user, "audit")
    context = {
        "filters": filters,
        "deeds": selectors.deeds(rows[:ROWS_ON_A_PAGE], request.user),
        "is_auditor": is_auditor,
        "head": chain.head() if is_auditor else None,
        "number": number,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if len(rows) > ROWS_ON_A_PAGE else None,
    }
    return render(request, "coordination/audit_trail.html", context)


@login_required
@require_safe
def audit_export(request, form):
    """What the page shows, narrowed down in the same way, with the hashes of the chain; it is noted in the trail."""
    _filters, entries = _asked_for(request)
    writers = {"xlsx": _write_xlsx, "csv": _write_csv, "jsonl": _write_lines}
    if form not in writers:
        raise Http404
    content_type = KINDS.get(form, JSON_LINES)
    file_name = f"accord-audit-{timezone.localdate().isoformat()}.{form}"
    if request.method == "HEAD":
        return attachment(HttpResponse(), content_type, file_name)
    # What was just done has its place in the chain before it leaves.
    chain.link_entries()
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  closed with the answer
    # How many entries there are is an auditor's to know.
    head = chain.head() if access.can_in_office(request.user, "audit") else None
    written = writers[form](target, _exported(request, entries), head, request)
    services.note_export(request.user, "audit trail", form, written, head=head.hash if head else "")
    return attachment(streamed(request, target), content_type, file_name)


def _asked_for(request: Any) -> tuple[TrailFilters, Any]:
    """The filters and the entries that they leave of what the reader may look through."""
    if not selectors.may_see_trail(request.user):
        raise Http404
    filters = TrailFilters(request.GET, reader=request.user)
    filters.is_valid()
    return filters, selectors.narrowed_trail(selectors.trail_for(request.user), request.user, filters.chosen)


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_A_PAGE_NUMBER
    return max(int(text), 1) if is_number else 1


# --- files ---------------------------------------------------------------------------------------------------------
Exported = Iterator[dict[str, Any]]
# What is numbered through tells how much else there is, and with the digest the number of a hash is found out: of the
# chain a chair has the hashes alone.
OF_AUDITORS = ("entry", "link", "digest", "previous")


def _exported(request: Any, entries: Any) -> Exported:
    left_out = () if access.can_in_office(request.user, "audit") else OF_AUDITORS
    for deed, link in selectors.exported_deeds(entries, request.user, MOST_EXPORTED):
        yield {name: value for name, value in _values(deed, link).items() if name not in left_out}


def _values(deed: selectors.Deed, link: AuditLink | None) -> dict[str, Any]:
    """An entry as its reader may have it, under names that never change."""
    obj = deed.obj
    url = obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else ""
    return {
        "entry": deed.entry.pk,
        "at": deed.entry.at.isoformat(),
        "who": None if deed.is_withheld or deed.entry.actor is None else str(deed.entry.actor),
        "token": None if deed.is_withheld else deed.entry.token,
        "deed": deed.entry.verb,
        "kind": f"{deed.entry.object_type.app_label}.{deed.entry.object_type.model}",
        "what": str(obj) if obj is not None else None,
        "url": settings.BASE_URL + url if url else None,
        "space": deed.space.title if deed.space else None,
        "address": None if deed.is_withheld else deed.entry.address,
        "link": link.number if link else None,
        "digest": link.digest if link else None,
        "previous": link.previous if link else None,
        "hash": link.hash if link else None,
    }


def _headings(request: Any) -> list[sheets.Heading]:
    left_out = () if access.can_in_office(request.user, "audit") else OF_AUDITORS
    labels = {
        "entry": (_("Entry"), 10),
        "at": (_("When"), 28),
        "who": (_("Who"), 24),
        "token": (_("Token"), 24),
        "deed": (_("Deed"), 24),
        "kind": (_("Kind"), 24),
        "what": (_("What"), 50),
        "url": (_("Link"), 40),
        "space": (_("Space"), 30),
        "address": (_("Address"), 18),
        "link": (_("Place in the chain"), 10),
        "digest": (_("Hash of the entry"), 66),
        "previous": (_("Hash before"), 66),
        "hash": (_("Hash in the chain"), 66),
    }
    return [sheets.Heading(key, label, width) for key, (label, width) in labels.items() if key not in left_out]


def _rows(exported: Exported) -> Iterator[list[sheets.Cell]]:
    for values in exported:
        yield list({**values, "deed": _(values["deed"])}.values())


def _write_csv(target: IO[bytes], exported: Exported, head: AuditLink | None, request: Any) -> int:
    return sheets.write_csv(target, _headings(request), _rows(exported))


def _write_xlsx(target: IO[bytes], exported: Exported, head: AuditLink | None, request: Any) -> int:
    workbook = sheets.XlsxWriter(target)
    written = workbook.table(_("Rows"), _headings(request), _rows(exported))
    moment = timezone.localtime()
    about = [
        [_("Exported from Accord for"), str(request.user)],
        [_("On"), f"{date_format(moment, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"],
        [_("Rows"), str(written)],
        *([[_("Head of the chain"), head.hash]] if head else []),
    ]
    if written == MOST_EXPORTED:
        about.append([_("Mind"), _("These are the newest: narrow the trail down to have those before them.")])
    workbook.front(_("About"), about)
    workbook.close()
    return written


def _write_lines(target: IO[bytes], exported: Exported, head: AuditLink | None, request: Any) -> int:
    """One entry a line; for an auditor after a line that says how the chain stood."""
    if head is not None:
        target.write(json.dumps({"head": head.hash, "links": head.number}).encode() + b"\n")
    written = 0
    for values in exported:
        target.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        written += 1
    return written
