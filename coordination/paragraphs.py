"""The paragraphs of a rich text: what an address such as `#article-…-2` points to, and what is compared by words."""

import html
import re
from html.parser import HTMLParser

from django.utils.html import strip_tags

# Elements without an end, which open nothing.
VOID = frozenset({"br", "hr", "img", "embed", "wbr"})


def paragraphs_of(body: str) -> list[str]:
    """The blocks of a rich text in their order; each item of a numbered list is one, under its own number."""
    splitter = _Splitter()
    splitter.feed(body)
    splitter.close()
    return splitter.blocks


def plain_text(body: str) -> str:
    """The words of a rich text, one line for each paragraph."""
    lines = (html.unescape(strip_tags(_with_breaks(block))) for block in paragraphs_of(body))
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _with_breaks(block: str) -> str:
    """A blank where a line or an item ends, so that no two words become one."""
    return re.sub(r"(<br\b|<li\b|</li>|</p>|</h\d>)", r" \1", block)


class _Splitter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[str] = []
        self.piece: list[str] = []
        self.open: list[str] = []
        self.items = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self._add(self.get_starttag_text() or "", is_block=not self.open)
            return
        if not self.open and tag != "ol":
            self.end()
        self.open.append(tag)
        if self.open == ["ol"]:
            self.end()
            self.items = 0
        elif self.open == ["ol", "li"]:
            self.items += 1
            self.piece = [f'<ol start="{self.items}">', self.get_starttag_text() or ""]
        else:
            self.piece.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(self.get_starttag_text() or "", is_block=not self.open)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while self.open and self.open[-1] != tag:
            self.piece.append(f"</{self.open.pop()}>")
        if self.open == ["ol"]:
            self.open, self.piece = [], []
            return
        is_item = self.open == ["ol", "li"]
        self.open.pop()
        self.piece.append(f"</{tag}>")
        if is_item:
            self.piece.append("</ol>")
        if is_item or not self.open:
            self.end()

    def handle_data(self, data: str) -> None:
        if self.open != ["ol"]:
            self.piece.append(data)

    def handle_entityref(self, name: str) -> None:
        self.piece.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.piece.append(f"&#{name};")

    def close(self) -> None:
        super().close()
        self.piece += [f"</{tag}>" for tag in reversed(self.open) if self.piece]
        self.end()

    def _add(self, text: str, *, is_block: bool) -> None:
        if is_block:
            self.end()
            self.blocks.append(text)
        else:
            self.piece.append(text)

    def end(self) -> None:
        """Finish the block that was begun, if there is anything in it."""
        block = "".join(self.piece).strip()
        self.piece = []
        if block:
            self.blocks.append(block if block.startswith("<") else f"<p>{block}</p>")
