"""The pages of an archive: made of its rows and of nothing else, and read from the disk without a network.

A thing with a page of its own is shown with all of its parts; lists and the directory lead there. What a field is
called is said by its model, so that there are the same words here as in Accord.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from coordination.models import Marking
from discussion.text import as_html
from home.archive import kinds
from home.archive.kinds import BY_NAME, CONTENT, SPACE, Kind
from home.archive.sight import clean_html
from home.archive.store import Place, Row, Store
from meetings.papers.layout import narrowest

# What the data is joined by, and what a reader has no use for.
NOT_SHOWN = {
    *("key", "title", "position", "sort_order", "language", "first_published_at", "lineage", "version"),
    *("succession", "sequence", "last_number", "last_message_at", "came_with", "attached_to", "target", "standing"),
    *("paragraph", "section_number", "section_title", "state_before", "period", "counted_from", "recurrence_id"),
    *("created_at", "agenda_item", "series", "slow_seconds", "followed_along", "icon", "listed", "kept", "deed"),
}
_KEY_IN_ADDRESS = re.compile(r"^/[a-z-]+/([0-9a-z]{10})/(?:#.*)?$")


@dataclass(frozen=True)
class Link:
    text: str
    href: str = ""


@dataclass(frozen=True)
class Block:
    """A thing, or a part of one, as it is shown."""

    anchor: str
    title: str
    marking: str = ""
    language: str = ""
    facts: list[tuple[str, list[Link]]] = field(default_factory=list)
    texts: list[tuple[str, SafeString]] = field(default_factory=list)
    parts: "list[tuple[str, list[Block]]]" = field(default_factory=list)

    @property
    def markings(self) -> list[str]:
        own = [self.marking] if self.marking else []
        return own + [one for _heading, blocks in self.parts for block in blocks for one in block.markings]


@dataclass(frozen=True)
class _List:
    kind: Kind
    heading: str
    rows: list[tuple[Link, str, str]]


def style() -> str:
    """Its one style sheet."""
    return render_to_string("home/archive/archive.css")


def pages_of(store: Store, **about: Any) -> Iterator[tuple[str, str]]:
    """The name and the HTML of each page; `about`: for whom and when it was made, and its marking."""
    shown = _Shown(store)
    space = store.get((SPACE.name, 1)) or {}
    common = {
        "space": space,
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "labels": dict(Marking.choices),
        **about,
    }
    lists = [_List(kind, _heading(kind), shown.list_of(kind)) for kind in CONTENT if kind.has_page]
    lists = [one for one in lists if one.rows]
    for one in lists:
        for row in store.all_of(one.kind.name):
            block = shown.block(one.kind, row)
            context = {**common, "thing": block, "root": "../", "marking": narrowest(block.markings)}
            context |= {"list": one, "talk": shown.talk_about((one.kind.name, row["id"]))}
            yield shown.page((one.kind.name, row["id"])), render_to_string("home/archive/thing.html", context)
        context = {
            **common,
            "list": one,
            "root": "../",
            "marking": narrowest(marking for _link, marking, _beside in one.rows),
        }
        yield f"{one.kind.name}/index.html", render_to_string("home/archive/list.html", context)
    context = {**common, "root": "", "directory": shown.directory()}
    yield "directory.html", render_to_string("home/archive/directory.html", context)
    files = [(_heading(kind), shown.files_of(kind)) for kind in (BY_NAME["files"], BY_NAME["pictures"])]
    files = [one for one in files if one[1]]
    if files:
        yield "files.html", render_to_string("home/archive/files.html", {**common, "root": "", "files": files})
    about_space = shown.block(SPACE, space)
    context = {**common, "root": "", "lists": lists, "thing": about_space, "has_files": bool(files)}
    context["talk"] = [Link(one.text, one.href.removeprefix("../")) for one in shown.talk_about((SPACE.name, 1))]
    yield "index.html", render_to_string("home/archive/index.html", context)


def _heading(kind: Kind) -> str:
    name = str(kind.model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


class _Shown:
    """How rows are shown."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def page(self, place: Place) -> str:
        return f"{place[0]}/{place[1]}.html"

    def list_of(self, kind: Kind) -> list[tuple[Link, str, str]]:
        """For each its link within the folder of its kind, its marking, and what is said beside it."""
        return [
            (Link(self.name(kind, row), f"{row['id']}.html"), row["marking"], self._beside(kind, row))
            for row in self.store.all_of(kind.name)
        ]

    def _beside(self, kind: Kind, row: Row) -> str:
        wanted = ("short_reference", "reference", "starts_at", "starts_on", "first_day", "due_on", "state", "owner")
        columns = {column.name: column for column in kind.columns}
        found = [self._words(columns[name], row[name]) for name in wanted if name in columns and row[name]]
        return " · ".join(link.text for links in found for link in links)

    def block(self, kind: Kind, row: Row) -> Block:
        """It, with its parts."""
        facts, texts = [], []
        for column in kind.columns:
            name, value = column.name, row[column.name]
            if name in NOT_SHOWN or name == kind.part_of or name in kind.heading or value in (None, "", [], False):
                continue
            label = _label(column)
            if kinds.is_rich(column):
                texts.append((label, mark_safe(clean_html(value, attribute_filter=self._lead_within))))
            elif kind.name in ("messages", "message_translations") and name == "text":
                texts.append(("", as_html(value)))
            elif isinstance(column, models.TextField):
                texts.append((label, _paragraphs(value)))
            else:
                facts.append((label, self._words(column, value)))
        if kind.name == "messages" and row["standing"] not in ("posted", "moved"):
            texts.append(("", _paragraphs(_("The words were withdrawn."))))
        parts = [(_heading(part), self._parts(part, (kind.name, row["id"]))) for part in _shown_parts(kind)]
        return Block(
            anchor=f"{kind.name}-{row['id']}",
            title=self.name(kind, row),
            marking=row.get("marking", ""),
            language=row.get("language", ""),
            facts=facts,
            texts=texts,
            parts=[(heading, blocks) for heading, blocks in parts if blocks],
        )

    def _parts(self, kind: Kind, whole: Place) -> list[Block]:
        return [self.block(kind, row) for row in self.store.parts(kind.name, whole)]

    def talk_about(self, place: Place) -> list[Link]:
        """The discussions on it."""
        rows = self.store.parts("threads", place)
        return [Link(self.name(BY_NAME["threads"], row), self._href(("threads", row["id"]))) for row in rows]

    def files_of(self, kind: Kind) -> list[tuple[Link, str]]:
        return [(Link(row["title"], quote(row["file"])), row["marking"]) for row in self.store.all_of(kind.name)]

    def directory(self) -> list[tuple[str, list[Block]]]:
        """Who takes part, and who is named."""
        shown = [
            (_heading(BY_NAME[name]), [self.block(BY_NAME[name], row) for row in self.store.all_of(name)])
            for name in ("organisations", "people", "posts")
        ]
        members = [
            Block(
                anchor=f"member-{row['id']}", title=self._named(row["member"]).text, facts=[("", [Link(row["role"])])]
            )
            for row in self.store.all_of("memberships")
        ]
        return [(heading, blocks) for heading, blocks in [(_("Members"), members), *shown] if blocks]

    # --- words -------------------------------------------------------------------------------------------------------
    def name(self, kind: Kind, row: Row) -> str:
        """How it is called: by the fields that the table of kinds names."""
        columns = {column.name: column for column in kind.columns}
        found = [self._words(columns[name], row[name]) for name in kind.heading if row[name] not in (None, "")]
        name = " · ".join(link.text for links in found for link in links)
        if kind.name == "messages":
            name = f"#{name}"
        if not name and kind.part_of and isinstance(row[kind.part_of], dict):
            name = self._named(row[kind.part_of]).text
        return name or row.get("title") or str(kind.model._meta.verbose_name)

    def _words(self, column: Any, value: Any) -> list[Link]:
        if isinstance(value, dict) and "kind" in value:
            return [self._named(value)]
        if kinds.is_to_many(column):
            return [self._named({"kind": kinds.kind_of(column.related_model).name, "id": one}) for one in value]  # type: ignore[union-attr]
        if kinds.is_reference(column):
            target = kinds.kind_of(column.related_model)
            return [self._named({"kind": target.name, "id": value})] if target else []
        if isinstance(value, list):
            return [Link(", ".join(str(one) for one in value))]
        if kinds.is_file(column):
            return [Link(value.rpartition("/")[2], f"../{quote(value)}")]
        if isinstance(column, models.URLField):
            return [Link(value, value if value.startswith(("https://", "http://")) else "")]
        if column.choices:
            return [Link(str(dict(column.flatchoices).get(value, value)))]
        return [Link(_("yes") if value is True else _moment(column, value))]

    def _named(self, reference: dict[str, Any]) -> Link:
        """Something that is in the archive, by its name, with the way there."""
        place = (reference["kind"], reference["id"])
        row = self.store.get(place)
        if row is None:
            return Link("")
        kind = BY_NAME[place[0]]
        name = self.name(kind, row) if kind.heading else ""
        text = name or row.get("text") or row.get("title") or str(kind.model._meta.verbose_name)
        return Link(Truncator(text).chars(120), self._href(place))

    def _href(self, place: Place) -> str:
        """From a page in a folder."""
        whole: Place | None = place
        while whole is not None and not BY_NAME[whole[0]].has_page:
            whole = self.store.whole_of(whole)
        if whole is None:
            return ""
        fragment = "" if whole == place else f"#{place[0]}-{place[1]}"
        return f"../{self.page(whole)}{fragment}"

    def _lead_within(self, _tag: str, name: str, value: str) -> str | None:
        """Where an address of Accord leads in the archive; to what is not in it, to Accord itself."""
        if name != "href" or not value.startswith("/"):
            return value
        found = _KEY_IN_ADDRESS.match(value)
        place = self.store.by_key(found[1]) if found else None
        return (self._href(place) if place else "") or settings.BASE_URL + value


def _shown_parts(kind: Kind) -> list[Kind]:
    """Discussions have pages of their own."""
    found = list(kinds.parts_of(kind))
    return [*found, BY_NAME["files"]] if kind in CONTENT and kind.name != "files" else found


def _paragraphs(text: str) -> SafeString:
    return mark_safe(linebreaks(text, autoescape=True))


def _label(column: Any) -> str:
    name = str(getattr(column, "verbose_name", "") or column.name).replace("_", " ")
    return name[:1].upper() + name[1:]


def _moment(column: Any, value: Any) -> str:
    """Moments and days as they are written in the reader's language, and by the reader's clock."""
    if isinstance(column, models.DateTimeField):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    if isinstance(column, models.DateField):
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    return time_format(time.fromisoformat(value)) if isinstance(column, models.TimeField) else str(value)
