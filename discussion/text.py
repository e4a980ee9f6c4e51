"""The text of a message: what it may hold, and how it is shown."""

import re
from html import unescape

import nh3
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from accounts.text import BIDIRECTIONAL_CONTROLS
from coordination import references
from discussion.models import MESSAGE_LENGTH

# Emphasis, lists, quotations, code and links. No pictures: they would tell another host who reads.
_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["newline", "escape", "emphasis", "list", "blockquote", "backticks", "fence", "link", "autolink", "entity"]
)


def _link_references(state: StateCore) -> None:
    """A short reference in the text of a message is a link to what it names, unless it stands in one already."""
    for block in state.tokens:
        if block.type == "inline" and block.children and not any(each.type == "link_open" for each in block.children):
            block.children = [made for each in block.children for made in _with_links(each)]


def _with_links(token: Token) -> list[Token]:
    if token.type != "text":
        return [token]
    made = []
    for piece, reference in references.pieces(token.content):
        text = Token("text", "", 0, content=piece)
        if reference is None:
            made.append(text)
        else:
            opening = Token("link_open", "a", 1, attrs={"href": references.address(reference)})
            made += [opening, text, Token("link_close", "a", -1)]
    return made


_markdown.core.ruler.push("references", _link_references)

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# Cyrillic and Arabic letters; the language of a message is told from its script, for nobody is asked for it.
_CYRILLIC, _ARABIC = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z]")


def check(text: str) -> str:
    """The text as it is kept; ValidationError where there is none, too much, or something that hides in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text or not text.strip("\u200b\u200c\u200d\u200e\u200f\ufeff \n\t"):
        raise ValidationError({"text": _("Write a message first.")}, code="empty")
    if len(text) > MESSAGE_LENGTH:
        raise ValidationError(
            {
                "text": _("A message has at most %(limit)d characters; this one has %(length)d.")
                % {"limit": MESSAGE_LENGTH, "length": len(text)}
            },
            code="too_long",
        )
    if not BIDIRECTIONAL_CONTROLS.isdisjoint(text):
        raise ValidationError(
            {"text": _("This holds invisible characters that turn the direction of the text. Type it anew.")},
            code="bidirectional",
        )
    if any(ord(character) < 32 and character not in "\n\t" for character in text) or not _encodable(text):
        raise ValidationError(
            {"text": _("This holds control characters. Write it anew, without them.")}, code="control"
        )
    return text


def _encodable(text: str) -> bool:
    """Half a surrogate pair, as JSON may carry it, is no character: no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_html(text: str) -> SafeString:
    """The message as it is shown: a small part of Markdown, and nothing that could do harm."""
    html = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)


def as_plain_text(text: str) -> str:
    """The words without their formatting, for searching."""
    return unescape(nh3.clean(_markdown.render(text), tags=set())).strip()


def language_of(text: str) -> str:
    counts = {
        "en": len(_LATIN.findall(text)),
        "ru": len(_CYRILLIC.findall(text)),
        "ur": len(_ARABIC.findall(text)),
    }
    return max(counts, key=lambda language: counts[language])
