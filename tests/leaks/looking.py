"""Looking at an answer: every byte of it, for canaries and keys of what its reader may not read."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH
from tests.leaks.world import Planted, World, unpacked

CANARY = re.compile(rb"[zZ][qQ](\d{3,4})[xX]")
DRAWN_WORD = rf"(?<![a-zA-Z0-9])[{KEY_ALPHABET}]{{%s}}(?![a-zA-Z0-9])"
KEY = re.compile((DRAWN_WORD % KEY_LENGTH).encode())
# Keys of things, and the longer ones of calendars and of answers by mail: they are drawn, and may spell a canary.
DRAWN = re.compile((DRAWN_WORD % f"{KEY_LENGTH},").encode())
REFERENCE = re.compile(rb"[aAcC][a-zA-Z]{2}-\d{4}-\d{5,9}")
# What differs from one answer to the next, whoever asks for what.
FLEETING = [
    (re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"'), b"TOKEN"),
    (re.compile(rb"(?i)csrf-?token[^\w]{1,12}[A-Za-z0-9]{64}"), b"TOKEN"),
    (re.compile(rb"nonce-?=?\"?[A-Za-z0-9+/=_-]{20,}"), b"NONCE"),
    (re.compile(rb'name="(initial-)?submission" value="[^"]*"'), b"SUBMISSION"),
    (re.compile(rb"about/[A-Za-z0-9_:-]+/"), b"about/SIGNED/"),
    # Where the next page of a search begins: encrypted, and so another each time.
    (re.compile(rb"place=[A-Za-z0-9_%-]+"), b"place=ENCRYPTED"),
]


@dataclass(frozen=True)
class Seen:
    status: int
    content: bytes  # everything: headers, cookies, body, and what is packed in it
    body: bytes

    def planted(self, world: World, asked: str = "") -> set[Planted]:
        """What was planted and can be found in the answer; the keys that the address itself named do not count."""
        content = self.content.replace(asked.encode(), b"") if asked else self.content
        by_word = {world.by_canary.get(number) for number in canaries(content)}
        named = set(KEY.findall(asked.encode()))
        by_key = {world.by_key.get(key.decode()) for key in KEY.findall(content) if key not in named}
        by_key |= {world.by_key.get(reference.decode().upper()) for reference in REFERENCE.findall(content)}
        return {one for one in by_word | by_key if one is not None}

    def by_canary(self, world: World) -> set[Planted]:
        return {world.by_canary[number] for number in canaries(self.content) if number in world.by_canary}


def canaries(content: bytes) -> set[int]:
    """The numbers of those that stand in it."""
    return {int(number) for number in CANARY.findall(DRAWN.sub(b"KEY", content))}


def steady(body: bytes) -> bytes:
    """Without what differs from one answer to the next: a short word may stand in a token by chance."""
    for pattern, word in FLEETING:
        body = pattern.sub(word, body)
    return body


def look(client: Client, address: str, method: str = "get", data: Any = None) -> Seen:
    answer = getattr(client, method)(address, data or {}) if method != "get" else client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    body = steady(body)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    cookies = answer.cookies.output().encode()
    return Seen(answer.status_code, b"\n".join([headers, cookies, *unpacked(body)]), body)
