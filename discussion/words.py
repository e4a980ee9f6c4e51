"""What a message is made of, as it is shown to one reader: its words, cards for its links, its files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from coordination import access
from discussion import cards, files, mentions, text
from discussion.cards import Card
from discussion.models import Mention, Message, Thread


@dataclass(frozen=True)
class Words:
    html: SafeString
    cards: list[Card] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Parts:
    """What words are made of besides the text, as readers of equal standing may read it."""

    mentions: list[Mention]
    cards: dict[int, list[Card]]
    files: dict[int, list[Any]]


def parts(messages: Sequence[Message], thread: Thread, reader: access.Reader) -> Parts:
    """In a number of queries that does not grow with the messages, but by one or two for each kind of what they link
    to."""
    return Parts(mentions.on(messages), cards.of(messages, reader), files.of(messages, thread, reader))


def prepare(messages: Sequence[Message], thread: Thread, reader: access.Reader, found: Parts) -> None:
    """Give each of these messages, which stand, its `words`. No query."""
    names = mentions.names_for(found.mentions, thread, reader)
    for message in messages:
        html = text.as_html(message.text, names.get(message.pk))
        message.words = Words(html, found.cards[message.pk], found.files.get(message.pk, []))


def preview(typed: str, about: Any, writer: access.Reader) -> Words:
    """The same for what is typed and not sent yet, as its writer will see it."""
    typed = text.shortened(typed)
    return Words(text.as_html(typed, mentions.names_in_preview(typed, about, writer)), cards.of_words(typed, writer))
