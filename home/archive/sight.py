"""What of a space one reader may take along, row by row: the only part of an export that asks the database.

Rows are values, not objects: of each the fields of the table of kinds, with references only to what is in the archive
too. Under the Chatham House Rule an archive says as little as a paper does (docs/decisions/0015): neither who spoke nor
who was there, unless the reader was.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import nh3
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from wagtail.rich_text import expand_db_html

from accounts.models import User
from coordination import access
from coordination.models import Country, Marking, Organisation, Person, Post, Space, Topic
from home.archive import kinds
from home.archive.kinds import CAME_WITH, CONTENT, DIRECTORY, SPACE, Kind
from home.archive.store import Row
from meetings.models import Record

ROWS_AT_ONCE = 500
RICH_TAGS = {
    *("a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "strong", "sub", "sup"),
    *("u", "ul"),
}
SCHEMES = {"http", "https", "mailto", "tel"}
# Those who may read something, where these are everybody, or all who sign in.
WIDE = (access.PUBLIC, access.PARTNERS)
CONTACT_DETAILS = ("email", "phone", "address")

# Under the Rule, of a meeting: whose rows are not taken along, and which fields are empty; with the way to the meeting.
NOT_UNDER_THE_RULE = {
    "attendance": "meeting",
    "invitations": "meeting",
    "delegates": "invitation__meeting",
    "answers": "round__record__meeting",
}
_SPEAKERS = ("speaker_post", "speaker_person", "speaker_organisation", "on_behalf_of")
EMPTY_UNDER_THE_RULE = {
    "agenda_items": ("meeting", ("rapporteur",)),
    "paragraphs": ("section__record__meeting", _SPEAKERS),
    "version_paragraphs": ("section__record__meeting", _SPEAKERS),
    "record_comments": ("section__record__meeting", ("organisation", "author", "decided_by")),
}
# The same of discussions, where everybody is told of the own words: the way to whether it is one of these.
EMPTY_IN_A_THREAD_UNDER_THE_RULE = {
    "threads": ("chatham_house", ("created_by", "summary_by")),
    "messages": ("thread__chatham_house", ("author",)),
    "message_translations": ("message__thread__chatham_house", ("translator",)),
}


def clean_html(html: str, **more: Any) -> str:
    """Rich text as it goes out and as it comes in: a few tags, and nothing that does anything."""
    return nh3.clean(html, tags=RICH_TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, **more)


class Sight:
    """All that `reader` may read of `space` at this moment. Each thing has a number among those of its kind."""

    def __init__(self, reader: User, space: Space) -> None:
        self.reader, self.space = reader, space
        self.members = access.members_of(space)
        self.under_the_rule = self._meetings_under_the_rule()
        # By kind: the number of each row by its key in the database.
        self.taken: dict[str, dict[Any, int]] = {SPACE.name: {space.pk: 1}}
        self._types = {ContentType.objects.get_for_model(kind.model).pk: kind for kind in (SPACE, *CONTENT)}
        # The fields of the directory, by kind: the keys that something names.
        self._named: dict[str, set[Any]] = {kind.name: set() for kind in DIRECTORY}
        for kind in CONTENT:
            numbers = self.taken[kind.name] = {}
            for key in self._keys_of(kind):
                numbers[key] = len(numbers) + 1
        self._take_the_directory()

    def _meetings_under_the_rule(self) -> set[int]:
        """Of which this reader is not told who spoke and who was there."""
        records = Record.objects.filter(space=self.space, chatham_house=True).readable_by(self.reader)
        return {one.meeting_id for one in records if not access.may_see_names(self.reader, one)}

    # --- what is there -----------------------------------------------------------------------------------------------
    def _keys_of(self, kind: Kind) -> Iterator[Any]:
        rows = kind.model._base_manager.filter(**{kind.way_to_space: self.space.pk})
        if hasattr(kind.model, "audience_path"):
            rows = access.readable_by(rows, self.reader)
        if kind.is_page:
            rows = rows.filter(live=True)
        if way := NOT_UNDER_THE_RULE.get(kind.name):
            rows = rows.exclude(**{f"{way}__in": self.under_the_rule})
        needed = [field for field in kind.columns if _is_needed(kind, field)]
        names = [name for field in needed for name in _attributes(field)]
        order = [F(kind.first).asc(nulls_first=True)] if kind.first else []
        for row in rows.order_by(*order, "pk").values("pk", *names).iterator(chunk_size=ROWS_AT_ONCE):
            if all(self._is_there(field, row) for field in needed):
                yield row["pk"]

    def _is_there(self, field: Any, row: Row) -> bool:
        """Whether what this field leads to is taken along, if it leads anywhere."""
        if kinds.is_to_anything(field):
            return row[field.fk_field] is None or self._anything(field, row) is not None
        target = kinds.kind_of(field.related_model)
        return row[field.attname] is None or (target is not None and row[field.attname] in self.taken[target.name])

    def _anything(self, field: Any, row: Row) -> dict[str, Any] | None:
        kind = self._types.get(row[field.ct_field + "_id"])
        number = self.taken.get(kind.name, {}).get(row[field.fk_field]) if kind else None
        return {"kind": kind.name, "id": number} if kind and number else None

    # --- rows --------------------------------------------------------------------------------------------------------
    def number_of_rows(self) -> int:
        return sum(len(numbers) for numbers in self.taken.values())

    def rows(self, kind: Kind) -> Iterator[Row]:
        """What is written of a kind, in the order of their numbers."""
        numbers = self.taken[kind.name]
        with access.answering(lambda: self.reader):
            for raw, many in self._raw_rows(kind, list(numbers)):
                row: Row = {"id": numbers[raw["pk"]]}
                row |= {field.name: self._value(kind, field, raw, many) for field in kind.columns}
                if kind.name == "people" and raw["pk"] not in self._contact_open:
                    row |= dict.fromkeys(CONTACT_DETAILS, "")
                if kind.name == "accounts" and raw["pk"] not in self._addresses_open:
                    row["email"] = ""
                if kind.is_marked:
                    row |= self._marking_of(raw)
                yield row

    def _raw_rows(self, kind: Kind, keys: list[Any]) -> Iterator[tuple[Row, dict[str, list[Any]]]]:
        """The values as the database has them, without what is withheld; and what they have many of."""
        names = {name for field in kind.columns if not kinds.is_to_many(field) for name in _attributes(field)}
        if kind.is_marked:
            names |= {"own_audience__key", "audience__key", "audience__marking"}
        names |= {way for way, _empty in self._withholding(kind)}
        for some in kinds.in_lots(keys, ROWS_AT_ONCE):
            found = {row["pk"]: row for row in kind.model._base_manager.filter(pk__in=some).values("pk", *names)}
            many = {field.name: _many(field, some) for field in kind.columns if kinds.is_to_many(field)}
            for key in some:
                if key in found:
                    self._withhold(kind, found[key])
                    yield found[key], {name: held.get(key, []) for name, held in many.items()}

    @staticmethod
    def _withholding(kind: Kind) -> list[tuple[str, tuple[str, ...]]]:
        tables = (EMPTY_UNDER_THE_RULE, EMPTY_IN_A_THREAD_UNDER_THE_RULE)
        return [table[kind.name] for table in tables if kind.name in table]

    def _withhold(self, kind: Kind, row: Row) -> None:
        for way, empty in self._withholding(kind):
            is_of_thread = kind.name in EMPTY_IN_A_THREAD_UNDER_THE_RULE
            if row[way] if is_of_thread else row[way] in self.under_the_rule:
                for name in empty:
                    if not (is_of_thread and row[f"{name}_id"] == self.reader.pk):
                        row[f"{name}_id"] = None

    def _value(self, kind: Kind, field: Any, row: Row, many: dict[str, list[Any]]) -> Any:
        if kinds.is_to_many(field):
            numbers = self._numbers_of(field)
            return sorted(numbers[key] for key in many[field.name] if key in numbers)
        if kinds.is_to_anything(field):
            return self._anything(field, row)
        if kinds.is_reference(field):
            return self._numbers_of(field).get(row[field.attname])
        value = row[field.attname]
        if field.name == "came_with":
            return self._what_it_came_with(row)
        if kinds.is_file(field):
            return f"files/{kind.name}/{self.taken[kind.name][row['pk']]}/{value.rpartition('/')[2]}"
        if kinds.is_rich(field):
            return clean_html(expand_db_html(value))
        return _plain(value)

    def _numbers_of(self, field: Any) -> dict[Any, int]:
        target = kinds.kind_of(field.related_model)
        return self.taken.get(target.name, {}) if target else {}

    def _what_it_came_with(self, row: Row) -> dict[str, Any] | None:
        whole = self._types.get(row["attached_type_id"])
        part = CAME_WITH.get(whole.name) if whole else None
        number = self.taken[part].get(row["came_with"]) if part else None
        return {"kind": part, "id": number} if number else None

    def _marking_of(self, row: Row) -> Row:
        return {
            "marking": row["audience__marking"],
            "readers": self._readers(row["own_audience__key"]),
            "read_by": self._readers(row["audience__key"]),
        }

    def _readers(self, key: str) -> list[Any]:
        found: list[Any] = []
        for token in key.split():
            parsed = None if token in WIDE else access.Token.parse(token)
            if parsed is None:
                found.append(token)
            elif parsed.space == self.space.pk and (named := self._named_in(parsed)) is not None:
                found.append(named)
        return sorted(found, key=json.dumps)

    def _named_in(self, token: access.Token) -> Row | None:
        """The conditions of a token; None where one of them cannot be said: without it, more would read it."""
        organisation = self.taken["organisations"].get(token.org)
        account = self.taken["accounts"].get(token.user)
        if (token.org is not None and organisation is None) or (token.user is not None and account is None):
            return None
        named = {"organisation": organisation, "account": account, "role": token.role}
        return {name: value for name, value in named.items() if value is not None}

    def memberships(self) -> Iterator[Row]:
        for number, held in enumerate(self.members, start=1):
            is_organisation = isinstance(held.member, Organisation)
            kind = "organisations" if is_organisation else "accounts"
            member = {"kind": kind, "id": self.taken[kind][held.member.pk]}
            yield {"id": number, "member": member, "role": held.role}

    def file(self, kind: Kind, key: Any) -> Any:
        """A file or picture, to be read from the disk."""
        return kind.model._base_manager.only("file").get(pk=key).file

    def what_is_red(self, kind: Kind) -> Iterator[Any]:
        """What of a kind is RED: that it was read is noted."""
        for some in kinds.in_lots(list(self.taken[kind.name]), ROWS_AT_ONCE):
            red = kind.model._base_manager.filter(pk__in=some, audience__marking=Marking.RED)
            yield from red.select_related("audience")

    # --- the directory -----------------------------------------------------------------------------------------------
    def _take_the_directory(self) -> None:
        """Whom and what the content names, and the members with what the directory shows this reader of them."""
        self._gather_names()
        members = [held.member for held in self.members]
        users = self._named["accounts"] | {one.pk for one in members if isinstance(one, User)}
        organisations = {one.pk for one in members if isinstance(one, Organisation)}
        posts = Post.objects.known_to(self.reader)
        posts = posts.filter(pk__in=self._named["posts"]) | posts.filter(organisation__in=organisations)
        held = list(posts.distinct().order_by("organisation__acronym", "title", "starts_on", "pk"))
        people = self._people(users, {post.person_id for post in held})
        accounts = list(User.objects.filter(pk__in=users).order_by("name", "email"))
        organisations |= self._named["organisations"] | {post.organisation_id for post in held}
        organisations |= {user.organisation_id for user in accounts if user.organisation_id}
        bodies = list(Organisation.objects.filter(pk__in=organisations).order_by("acronym", "country", "pk"))
        countries = self._named["countries"] | {body.country_id for body in bodies if body.country_id}
        for name, rows in {
            "countries": Country.objects.filter(pk__in=countries).order_by("pk"),
            "topics": Topic.objects.filter(pk__in=self._named["topics"]).order_by("slug"),
            "organisations": bodies,
            "accounts": accounts,
            "people": people,
            "posts": held,
        }.items():
            self.taken[name] = {row.pk: number for number, row in enumerate(rows, start=1)}

    def _gather_names(self) -> None:
        for kind in (SPACE, *CONTENT):
            leads = [(field, target) for field in kind.columns if (target := _target(field)) in DIRECTORY]
            for raw, many in self._raw_rows(kind, list(self.taken[kind.name])):
                for field, target in leads:
                    assert target is not None
                    found = many[field.name] if kinds.is_to_many(field) else [raw[field.attname]]
                    self._named[target.name].update(key for key in found if key is not None)
                if kind.is_marked:
                    self._name_readers(raw["own_audience__key"])
                    self._name_readers(raw["audience__key"])

    def _name_readers(self, key: str) -> None:
        for token in key.split():
            parsed = None if token in WIDE else access.Token.parse(token)
            if parsed is not None:
                self._named["organisations"].update({parsed.org} - {None})
                self._named["accounts"].update({parsed.user} - {None})

    def _people(self, users: set[int], holders: set[int | None]) -> list[Person]:
        known = Person.objects.known_to(self.reader)
        wanted = known.filter(pk__in=self._named["people"] | holders) | known.filter(user__in=users)
        people = list(wanted.distinct().order_by("name", "key"))
        is_open = known.filter(access.contact_details_open_to(self.reader), pk__in=[one.pk for one in people])
        self._contact_open = set(is_open.values_list("pk", flat=True))
        self._addresses_open = {self.reader.pk, *(one.user_id for one in people if one.pk in self._contact_open)}
        return people


def _is_needed(kind: Kind, field: Any) -> bool:
    """Whether a row goes along only with what this field leads to."""
    if field.name in kind.needs or field.name == kind.first:
        return True
    target = kinds.kind_of(field.related_model) if kinds.is_reference(field) else None
    return target in CONTENT and not field.null


def _target(field: Any) -> Kind | None:
    """What a field leads to, where that is always of one kind."""
    return kinds.kind_of(field.related_model) if kinds.is_reference(field) or kinds.is_to_many(field) else None


def _attributes(field: Any) -> list[str]:
    """What is asked of the database for a field."""
    return [f"{field.ct_field}_id", field.fk_field] if kinds.is_to_anything(field) else [field.attname]


def _many(field: Any, keys: Iterable[Any]) -> dict[Any, list[Any]]:
    """What these rows have many of, by their keys. One query."""
    near, far = field.m2m_field_name(), field.m2m_reverse_field_name()
    rows = field.remote_field.through._base_manager.filter(**{f"{near}__in": list(keys)})
    found: dict[Any, list[Any]] = {}
    for key, other in rows.values_list(near, far):
        found.setdefault(key, []).append(other)
    return found


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
