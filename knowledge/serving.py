"""Sending a stored file to a reader whose right has been asked: whole, its head, or one range of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from knowledge.uploads import KINDS, suffix_of

PIECE_BYTES = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
# Whatever somebody uploaded runs nothing and reaches nothing on our origin.
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# The browsers' own PDF readers refuse to start in a sandbox; a PDF runs no script of our origin anyway.
CLOSED_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"


def send(request: HttpRequest, stored: Any, name: str) -> HttpResponseBase:
    """The answer to GET or HEAD for a file of storage, under `name`. Http404 where storage lost it."""
    try:
        size = stored.size
        opened = stored.open("rb")
    except OSError as error:
        raise Http404 from error
    kind = KINDS.get(suffix_of(name))
    first, last = _range_asked(request, size)
    if first >= size > 0:
        opened.close()
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        length = 0
    else:
        is_part = (first, last) != (0, size - 1)
        length = last - first + 1
        response = _content(request, opened, first, length, status=206 if is_part else 200)
        if is_part:
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Type"] = kind.media_type if kind else "application/octet-stream"
    response["Content-Length"] = str(length)
    response["Content-Disposition"] = content_disposition_header(not (kind and kind.inline), name) or "attachment"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CLOSED_PDF if suffix_of(name) == "pdf" else CLOSED
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _range_asked(request: HttpRequest, size: int) -> tuple[int, int]:
    """First and last byte to send. A range that makes no sense is passed over, as RFC 9110 has it."""
    whole = (0, size - 1)
    match = ONE_RANGE.match(request.headers.get("Range", ""))
    if match is None or request.method != "GET" or "If-Range" in request.headers:
        return whole
    first, last = match.groups()
    if first:
        end = min(int(last), size - 1) if last else size - 1
        return (int(first), end) if int(first) <= end or int(first) >= size else whole
    if last and int(last):
        return max(size - int(last), 0), size - 1
    return whole


def _content(request: HttpRequest, opened: Any, first: int, length: int, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        opened.close()
        return HttpResponse(status=status)
    opened.seek(first)
    # Under ASGI Django would read a synchronous iterator to its end before it sends the first byte.
    pieces = _pieces_in_turn(opened, length) if isinstance(request, ASGIRequest) else _pieces(opened, length)
    response = StreamingHttpResponse(pieces, status=status)
    response._resource_closers.append(opened.close)  # type: ignore[attr-defined]  # Django's own way, in FileResponse too
    return response


def _pieces(opened: Any, length: int) -> Iterator[bytes]:
    while length and (piece := opened.read(min(PIECE_BYTES, length))):
        length -= len(piece)
        yield piece


async def _pieces_in_turn(opened: Any, length: int) -> AsyncIterator[bytes]:
    while length and (piece := await asyncio.to_thread(opened.read, min(PIECE_BYTES, length))):
        length -= len(piece)
        yield piece
