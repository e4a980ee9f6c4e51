"""What a message is made of, as it is shown to one reader: its words, cards for its links, its files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from coordination import access
from discussion import cards, files, mentions, text
from discussion.cards import Card
from discussion.models import Message, Thread


@dataclass(frozen=True)
class Words:
    html: SafeString
    cards: list[Card] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)


def prepare(messages: Sequence[Message], thread: Thread, reader: access.Reader) -> None:
    """Give each of these messages, which stand, its `words`: in a number of queries that does not grow with them, but
    by one or two for each kind of what they link to."""
    names = mentions.names_for(messages, thread, reader)
    unfolded = cards.of(messages, reader)
    attached = files.of(messages, thread, reader)
    for message in messages:
        html = text.as_html(message.text, names.get(message.pk))
        message.words = Words(html, unfolded[message.pk], attached.get(message.pk, []))


def preview(typed: str, about: Any, writer: access.Reader) -> Words:
    """The same for what is typed and not sent yet, as its writer will see it."""
    typed = text.shortened(typed)
    return Words(text.as_html(typed, mentions.names_in_preview(typed, about, writer)), cards.of_words(typed, writer))
