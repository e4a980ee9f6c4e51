"""Short references where people write them: read, looked up by the access rule, and made into links."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from coordination import access
from coordination.models import Action, Agreement, Commitment
from coordination.models.references import Referenced

MODELS: dict[str, type[Referenced]] = {model.reference_prefix: model for model in (Action, Agreement, Commitment)}

_PREFIXES = "|".join(MODELS)
# Hyphens of every kind: a text program sets one of its own.
_HYPHEN = r"[-‐‑‒–—−]"
# As somebody types one: in small letters, with blanks in place of the hyphens, in the digits of any script.
_TYPED = re.compile(rf"\s*({_PREFIXES})[\s-]*(\d{{4}})[\s-]*(\d{{4,9}})\s*", re.IGNORECASE)
# As one stands in a text: not in the middle of a word, an address or a longer number.
_WRITTEN = re.compile(rf"(?<![\w/-])({_PREFIXES}){_HYPHEN}(\d{{4}}){_HYPHEN}(\d{{4,9}})(?![\w/]|-\w)", re.IGNORECASE)
_LONGEST_TYPED = 60


def read(text: str) -> str | None:
    """The reference that `text` is, as it is kept; None where it is none."""
    if len(text) > _LONGEST_TYPED:
        return None
    match = _TYPED.fullmatch(re.sub(_HYPHEN, "-", text))
    return _kept(match) if match else None


def find(text: str, user: access.Reader) -> Any | None:
    """What the reference leads to, where `user` may read it; None alike for what is closed and what is not there."""
    reference = read(text)
    if reference is None:
        return None
    model: Any = MODELS[reference[:3]]
    queryset = model.live_pages() if hasattr(model, "live_pages") else model.objects.all()
    return queryset.readable_by(user).filter(short_reference=reference).first()


def address(reference: str) -> str:
    """Where a reference leads, whether there is such a thing or not."""
    return reverse("reference", kwargs={"reference": reference})


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """`text` in pieces, each with the reference that it is, if it is one. Nothing is looked up, so none tells more."""
    end = 0
    for match in _WRITTEN.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], None
        yield match[0], _kept(match)
        end = match.end()
    if end < len(text):
        yield text[end:], None


def linked(text: str) -> SafeString:
    """Plain text as HTML in which references are links."""
    html = (
        f'<a href="{address(reference)}">{escape(piece)}</a>' if reference else str(escape(piece))
        for piece, reference in pieces(text)
    )
    return mark_safe("".join(html))  # every piece is escaped above


def _kept(match: re.Match[str]) -> str:
    # int() reads the digits of every script.
    year, number = (f"{int(digits):0{len(digits)}}" for digits in match.groups()[1:])
    return f"{match[1].upper()}-{year}-{number}"
