"""The text of a message: what it may hold, and how it is shown."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from accounts.text import BIDIRECTIONAL_CONTROLS
from coordination import references
from discussion.models import MESSAGE_LENGTH

# More marks on one letter than any script puts there (the tallest stacks of Tibetan have eight): what stands above that
# grows over the lines of others.
MARKS_ON_A_LETTER = 8
# What is seen as nothing, and yet is neither a space nor a control character: fillers of Hangul, the blank of Braille.
_SEEN_AS_NOTHING = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# The name of a language that stands above code: a word, and no more.
_LANGUAGE_LENGTH = 30

# Emphasis, lists, quotations, code, tables and links. No pictures: they would tell another host who reads.
_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    [
        "newline", "escape", "emphasis", "strikethrough", "list", "blockquote", "backticks", "fence", "link",
        "autolink", "entity", "table",
    ]
)  # fmt: skip


# --- what is found in the words ------------------------------------------------------------------------------------
# An address as it is pasted, up to what ends it: a blank, a quotation mark, a bracket.
_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\"`\u201c\u201d\u00ab\u00bb]+", re.IGNORECASE)
# What stands after an address at the end of a sentence, in any of our scripts.
_AFTER_AN_ADDRESS = ".,;:!?'*_~\u06d4\u060c\u061b\u061f\u2026"
_BRACKETS = {")": "(", "]": "["}


def _find(state: StateCore) -> None:
    """Pasted addresses and short references become links, and names after an @ marks, where they stand in no link."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_found_in(block.children, state.env))
        if block.type in ("td_open", "th_open"):
            # The content security policy refuses styles; a class says the same.
            side = str(block.attrs.pop("style", "")).rpartition(":")[2]
            if side in _SIDES:
                block.attrSet("class", _SIDES[side])


_SIDES = {"left": "text-start", "center": "text-center", "right": "text-end"}


def _found_in(tokens: Sequence[Token], env: Any) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not depth:
            yield from _with_addresses(token.content, env)
        else:
            yield token


def _with_addresses(words: str, env: Any) -> Iterator[Token]:
    end = 0
    for match in _ADDRESS.finditer(words):
        address = _without_the_sentence(match[0])
        href = _markdown.normalizeLink(address)
        if not _markdown.validateLink(href):
            continue
        yield from _with_references(words[end : match.start()], env)
        yield from _link(href, address)
        end = match.start() + len(address)
    yield from _with_references(words[end:], env)


def _without_the_sentence(address: str) -> str:
    """The address without what belongs to the sentence around it."""
    while address:
        last = address[-1]
        if last in _AFTER_AN_ADDRESS or (last in _BRACKETS and address.count(last) > address.count(_BRACKETS[last])):
            address = address[:-1]
        else:
            break
    return address


def _with_references(words: str, env: Any) -> Iterator[Token]:
    for piece, reference in references.pieces(words):
        if reference is None:
            yield from _with_names(piece, env)
        else:
            yield from _link(references.address(reference), piece)


def _link(href: str, words: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": href})
    yield _text(words)
    yield Token("link_close", "a", -1)


def _with_names(words: str, env: Any) -> Iterator[Token]:
    """Names after an @: of those whom the message names, with a mark of its own for whoever reads it."""
    names: Mapping[str, bool] = env.get("names") or {}
    for piece, name in names_in(words, names):
        if name is None:
            yield _text(piece)
            continue
        is_reader = names[name]
        yield Token("name_open", "strong", 1, attrs={"class": _NAME_OF_READER if is_reader else _NAME})
        yield _text(piece)
        if is_reader:
            # For those who do not see the frame around it.
            yield Token("you_open", "span", 1, attrs={"class": "visually-hidden"})
            yield _text(" " + gettext("(you)"))
            yield Token("you_close", "span", -1)
        yield Token("name_close", "strong", -1)


_NAME, _NAME_OF_READER = "accord-mention", "accord-mention accord-mention-you"


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def names_in(words: str, names: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """`words` in pieces, each with the one of `names` (in small letters) that it is with an @ before it, if it is one.
    Where a longer and a shorter name would do, it is the longer one."""
    if "@" not in words or not names:
        yield words, None
        return
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w@])@({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    end = 0
    for match in pattern.finditer(words):
        if match[1].casefold() not in names:  # capitals and small letters that only look for each other
            continue
        if match.start() > end:
            yield words[end : match.start()], None
        yield match[0], match[1].casefold()
        end = match.end()
    if end < len(words):
        yield words[end:], None


def said_in(text: str) -> list[str]:
    """The author's own words, piece by piece: no code, no links, and nothing that is quoted from others."""
    said, quoted = [], 0
    for block in _markdown.parse(text):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(block.type, 0)
        if block.type == "inline" and not quoted:
            depth = 0
            for token in block.children or ():
                depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
                if token.type == "text" and not depth:
                    said.append(token.content)
    return said


def addresses_in(text: str) -> list[str]:
    """Where the links of a message lead, in their order."""
    tokens = (token for block in _markdown.parse(text) for token in block.children or ())
    return [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]


# --- how it is drawn -----------------------------------------------------------------------------------------------
def _fence(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Code, under the name of its language as it was written. It can be scrolled, so it can be reached by keyboard."""
    written = unescapeAll(tokens[index].info).split()
    language = f"<figcaption>{escape(written[0][:_LANGUAGE_LENGTH])}</figcaption>\n" if written else ""
    code = escape(tokens[index].content)
    return f'<figure class="accord-code">{language}<pre tabindex="0"><code>{code}</code></pre></figure>\n'


def _table(_renderer: Any, _tokens: Sequence[Token], _index: int, _options: Any, _env: Any) -> str:
    label = escape(gettext("Table"))
    return f'<div class="accord-scroll" role="group" tabindex="0" aria-label="{label}"><table class="table table-sm">\n'


_markdown.core.ruler.push("found", _find)
_markdown.add_render_rule("fence", _fence)
_markdown.add_render_rule("table_open", _table)
_markdown.add_render_rule("table_close", lambda *_all: "</table></div>\n")

_TAGS = {
    "p", "br", "em", "strong", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "span", "figure", "figcaption",
    "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "div": {"role", "tabindex", "aria-label"},
}
_CLASSES = {
    "strong": {"accord-mention", "accord-mention-you"},
    "span": {"visually-hidden"},
    "figure": {"accord-code"},
    "div": {"accord-scroll"},
    "table": {"table", "table-sm"},
    "th": set(_SIDES.values()),
    "td": set(_SIDES.values()),
}
_SCHEMES = {"http", "https", "mailto"}
# Cyrillic and Arabic letters; the language of a message is told from its script, for nobody is asked for it.
_CYRILLIC, _ARABIC = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z]")


# --- what may be kept ----------------------------------------------------------------------------------------------
def check(text: str, *, may_be_empty: bool = False) -> str:
    """The text as it is kept; ValidationError where there is none, too much, or something that hides in it.

    It may be empty where a file says it all.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > MESSAGE_LENGTH:
        raise ValidationError(
            {
                "text": _("A message has at most %(limit)d characters; this one has %(length)d.")
                % {"limit": MESSAGE_LENGTH, "length": len(text)}
            },
            code="too_long",
        )
    if not _shows_something(text):
        if may_be_empty:
            return ""
        raise ValidationError({"text": _("Write a message first.")}, code="empty")
    if not BIDIRECTIONAL_CONTROLS.isdisjoint(text):
        raise ValidationError(
            {"text": _("This holds invisible characters that turn the direction of the text. Type it anew.")},
            code="bidirectional",
        )
    if any(ord(character) < 32 and character not in "\n\t" for character in text) or not _encodable(text):
        raise ValidationError(
            {"text": _("This holds control characters. Write it anew, without them.")}, code="control"
        )
    return _without_towers(text)


def shortened(text: str) -> str:
    """What of a text that is still being typed can be shown, whatever it holds."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()[:MESSAGE_LENGTH]
    return _without_towers("".join(one for one in text if one not in BIDIRECTIONAL_CONTROLS))


def _shows_something(text: str) -> bool:
    """Whether anything of it is seen: a letter, a sign; not blanks, marks on nothing, or characters without a shape."""
    return any(unicodedata.category(one)[0] not in "ZCM" and one not in _SEEN_AS_NOTHING for one in text)


def _without_towers(text: str) -> str:
    """The text with no more marks on a letter than MARKS_ON_A_LETTER; what is stacked up above is left out."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MARKS_ON_A_LETTER:
            kept.append(character)
    return "".join(kept)


def _encodable(text: str) -> bool:
    """Half a surrogate pair, as JSON may carry it, is no character: no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- how it is shown -----------------------------------------------------------------------------------------------
def as_html(text: str, names: Mapping[str, bool] | None = None) -> SafeString:
    """The message as it is shown: a small part of Markdown, and nothing that could do harm.

    `names`: those whom it names, in small letters, each with whether that is the reader (discussion.mentions).
    """
    html = nh3.clean(
        _markdown.render(text, {"names": names or {}}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
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
