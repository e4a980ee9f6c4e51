"""What is thrown at the parser of frames and at the formatter of messages, and what must hold whatever comes.

Used by test_frames.py with some hundreds of inputs, and by scripts/fuzz.py with a hundred thousand.
"""

import json
import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import jsonschema
import lxml.html
from django.core.exceptions import ValidationError
from hypothesis import strategies as st

from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH
from discussion import frames, schema, text

# --- frames ----------------------------------------------------------------------------------------------------------
_keys = st.text(KEY_ALPHABET, min_size=KEY_LENGTH, max_size=KEY_LENGTH)
_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), _keys, st.uuids().map(str),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=5), st.text(max_size=14), max_size=2),
)  # fmt: skip
_names = st.sampled_from(sorted({name for fields in frames.FRAMES.values() for name in fields}))
_kinds = st.one_of(st.sampled_from(sorted(frames.FRAMES)), _values)


@st.composite
def _nearly_right(draw):
    """A frame of a known kind whose fields are right, with something else here and there."""
    kind = draw(st.sampled_from(sorted(frames.FRAMES)))
    right = {"thread": _keys, "record": _keys, "key": st.uuids().map(str), "text": st.text(max_size=50)}
    frame = {"type": kind}
    for name in frames.FRAMES[kind]:
        frame[name] = draw(st.one_of(right.get(name, st.integers(0, 2**31)), _values))
    for name in draw(st.lists(_names, max_size=2)):
        if draw(st.booleans()):
            frame[name] = draw(_values)
        else:
            frame.pop(name, None)
    return frame


_objects = st.one_of(_nearly_right(), st.dictionaries(st.one_of(st.just("type"), _names), _values, max_size=5))
FRAMES = st.one_of(
    st.text(max_size=200),
    _objects.map(json.dumps),
    st.fixed_dictionaries({"type": _kinds}).map(json.dumps),
    st.recursive(_values, lambda inner: st.lists(inner, max_size=3), max_leaves=8).map(json.dumps),
)
_validators = {kind: jsonschema.Draft202012Validator(schema.from_client(kind)) for kind in frames.FRAMES}
_refused = jsonschema.Draft202012Validator(schema.from_server("error"))


def frame_is_refused_or_as_the_schema_says(content: str) -> None:
    """The parser and the schema are of one mind, and what is refused is answered as the schema says too."""
    try:
        frame = frames.parse(content)
    except frames.FrameError as refusal:
        answer = refusal.as_frame()
        _refused.validate(json.loads(json.dumps(answer)))
        if refusal.code in ("missing", "invalid"):
            sent = json.loads(content)
            assert not _validators[sent["type"]].is_valid(sent), content
    else:
        assert _validators[frame["type"]].is_valid(frame), content


# --- messages --------------------------------------------------------------------------------------------------------
_MARKS = [
    *(
        "*",
        "**",
        "_",
        "`",
        "```\n",
        "~~",
        "> ",
        "- ",
        "1. ",
        "|",
        "|-|",
        "\n",
        "\n\n",
        "[",
        "](",
        ")",
        "<",
        ">",
        "&",
        '"',
    ),
    *("javascript:", "http://", "https://a.example", "data:text/html,", "<script>", "</p>", "<img src=x onerror=y>"),
    *(
        "&#106;",
        "&lt;",
        "@Amina Khan",
        "ACT-2026-30147",
        "\u202e",
        "\u0301" * 5,
        "\ud800",
        "\x00",
        "<!--",
        "]]>",
        "$",
        "\\",
    ),
]
MESSAGES = st.lists(st.one_of(st.sampled_from(_MARKS), st.text(max_size=12)), max_size=25).map("".join)
# Beside an address, which is looked at by itself: what an attribute may say, whoever reads.
_SAID = {
    ("a", "rel"): re.compile("noopener noreferrer nofollow"),
    ("a", "title"): re.compile(".*", re.DOTALL),
    ("ol", "start"): re.compile(r"\d+"),
    ("pre", "tabindex"): re.compile("0"),
    ("div", "role"): re.compile("group"),
    ("div", "tabindex"): re.compile("0"),
    ("div", "aria-label"): re.compile("Table"),
}
# As browsers read an address: what is before a colon is a scheme if it begins with a letter, whatever blanks it has.
_SCHEME, _BLANKS = re.compile(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):", re.IGNORECASE), re.compile(r"[\t\r\n]")
_Seen = list[tuple[str, dict[str, str]]]


class _Look(HTMLParser):
    """The elements that one parser sees, and what can be read; there is no more than that."""

    def __init__(self):
        super().__init__()
        self.seen: _Seen = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"neither an element nor words: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def _as_another_sees_it(html: str) -> tuple[_Seen, str]:
    """The same by a parser of another make."""
    whole = lxml.html.fragment_fromstring(html, create_parent="body")
    found = [element for element in whole.iter() if element is not whole]
    return [(element.tag, dict(element.attrib)) for element in found], "".join(whole.itertext())


def _is_harmless(tag: str, attributes: dict[str, str]) -> bool:
    if tag not in text._TAGS:
        return False
    for name, value in attributes.items():
        if name == "class":
            right = set(value.split()) <= text._CLASSES.get(tag, set())
        elif (tag, name) == ("a", "href"):
            scheme = _SCHEME.match(_BLANKS.sub("", value))
            right = scheme is None or scheme[1].lower() in ("http", "https", "mailto")
        else:
            right = (tag, name) in _SAID and _SAID[tag, name].fullmatch(value) is not None
        if not right:
            return False
    return True


def message_is_shown_without_harm(typed: str) -> None:
    """It is refused with a sentence, or kept so that it would be kept again; and whatever is shown has only our tags
    with our attributes, and addresses that lead to a page or a mail, whichever parser reads it."""
    try:
        kept = text.check(typed)
        assert text.check(kept) == kept
    except ValidationError as refusal:
        assert all(refusal.messages)
    text.shortened(typed)
    if not text._encodable(typed):
        return  # half a character: it is refused before it is kept
    for names in ({}, {"amina khan": True}):
        html = str(text.as_html(typed, names))
        looking = _Look()
        looking.feed(html)
        looking.close()
        for tag, attributes in looking.seen:
            assert _is_harmless(tag, attributes), (tag, attributes)
        if html.strip():
            assert _as_another_sees_it(html) == (looking.seen, "".join(looking.words)), html
    text.as_plain_text(typed)


ALL = {
    "frames": (FRAMES, frame_is_refused_or_as_the_schema_says),
    "messages": (MESSAGES, message_is_shown_without_harm),
}


# --- more of them, cheaply -------------------------------------------------------------------------------------------
# To think of an input takes Hypothesis ten times as long as the parser takes to read it.
_PIECES = [*_MARKS, *'{}[]:,"', "null", "-1", "1e999", '"type"', "\\u0000", '\\ud800"']
NEIGHBOURS, LONGEST = 4, 2000


def with_neighbours(content: str) -> Iterator[str]:
    """An input, and some that are nearly the same; always the same ones, so that Hypothesis can make it shorter."""
    yield content
    chance = random.Random(ascii(content))  # half a character has no bytes
    for _number in range(NEIGHBOURS):
        for _change in range(chance.randint(1, 3)):
            start, end = sorted(chance.choices(range(len(content) + 1), k=2))
            put = chance.choice(("", content[start:end] * 2, content[start:end][::-1], chance.choice(_PIECES)))
            content = content[:start] + put + content[end if chance.random() < 0.5 else start :]
        yield content[:LONGEST]
