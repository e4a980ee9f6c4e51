"""What the columns of exported and imported sheets are called and hold.

A column has a key that never changes, a label in the reader's language, and the way in SQL to what it shows: two
hundred thousand rows are read as values, not as objects.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Choices
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from coordination.models import (
    ActionState,
    AgreementKind,
    AgreementState,
    CommitmentState,
    Confidence,
    ImportKind,
    Priority,
    Recurrence,
)

Row = dict[str, Any]
LANGUAGE_NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Column:
    key: str
    label: Any
    # The columns of SQL that it is made of, and how; one of them alone is shown as it is.
    paths: tuple[str, ...]
    shown: Callable[[Row], Any] | None = None
    choices: type[Choices] | None = None
    width: int = 18
    # For an import: whether it takes this column, and must have it; what it expects; an example of it.
    imported: bool = True
    required: bool = False
    hint: Any = ""
    example: str = ""
    # Headings that people's own sheets have, in small letters; the labels in every language are known besides.
    also: tuple[str, ...] = field(default=())

    def value(self, row: Row) -> Any:
        if self.shown is not None:
            return self.shown(row)
        value = row[self.paths[0]]
        if self.choices is not None:
            return str(self.choices(value).label) if value not in (None, "") else None
        return value

    def allowed(self) -> list[str]:
        """The values that it takes, in the reader's language, where they are few."""
        if self.key == "language":
            return [str(name) for name in LANGUAGE_NAMES.values()]
        return [str(label) for label in self.choices.labels] if self.choices else []


def _organisation(prefix: str) -> dict[str, Any]:
    acronym, country = f"{prefix}__acronym", f"{prefix}__country"

    def shown(row: Row) -> str | None:
        return f"{row[acronym]} ({row[country]})" if row[country] else row[acronym]

    return {"paths": (acronym, country), "shown": shown}


def _language(row: Row) -> str:
    return str(LANGUAGE_NAMES.get(row["language"], row["language"]))


def _only_day(path: str) -> Callable[[Row], Any]:
    """The day of a moment, by the clock of the reader."""
    return lambda row: timezone.localdate(row[path]) if row[path] else None


_REFERENCE = Column(
    "reference", _("Reference"), ("short_reference",), width=16,
    hint=_("Accord's own; leave it empty for what is new."),
    also=("ref", "accord", "accord reference", "ссылка", "حوالہ"),
)  # fmt: skip
_OWN_REFERENCE = Column(
    "external_reference", _("Your reference"), ("external_reference",), width=16,
    hint=_("What your sheet calls the row, such as its number: by it a sheet that comes again makes nothing twice."),
    example="A-17", also=("no", "no.", "nr", "number", "id", "your ref", "№", "номер", "نمبر"),
)  # fmt: skip
_LANGUAGE = Column(
    "language", _("Language of the text"), ("language",), _language, example="English",
    hint=_("Yours, where it is empty."), also=("language", "язык", "زبان"),
)  # fmt: skip
_DAYS = (
    Column("starts_on", _("From"), ("starts_on",), width=12, example="2026-03-01", hint=_("A day such as 2026-03-31."),
           also=("start", "start date", "starts on", "begin", "начало", "дата начала", "آغاز")),
    Column("due_on", _("Due on"), ("due_on",), width=12, example="2026-06-30", hint=_("A day such as 2026-03-31."),
           also=("due", "due date", "deadline", "until", "срок", "дата", "дедлайн", "آخری تاریخ")),
)  # fmt: skip
# What every list ends with; of the space no more than its name, where its reader may know of it.
_LAST = (
    Column("space", _("Space"), ("space_id",), width=30, imported=False),
    Column(
        "marking", _("Marking"), ("audience__marking",), lambda row: f"TLP:{row['audience__marking']}", imported=False
    ),
    Column("updated_on", _("Last changed on"), ("updated_at",), _only_day("updated_at"), width=12, imported=False),
    Column("link", _("Link"), ("short_reference",), width=40, imported=False),
)

ACTIONS = (
    _REFERENCE,
    _OWN_REFERENCE,
    Column("title", _("What is to be done"), ("title",), width=60, required=True,
           example=gettext_noop("Name a contact for the joint training"),
           also=("title", "task", "action", "subject", "what", "задача", "действие", "поручение", "کام")),
    Column("description", _("Details"), ("description",), width=60,
           also=("description", "notes", "comment", "remarks", "описание", "примечание", "подробности", "تفصیل")),
    Column("owner", _("Organisation"), **_organisation("owner"), required=True, example="FIA (PK)",
           hint=_("Its acronym, with the country where several have the same: FIA (PK)."),
           also=("owner", "responsible", "organization", "who", "ответственный", "организация", "исполнитель",
                 "ادارہ")),
    Column("person", _("Person"), ("owner_person__name",), hint=_("By name; somebody of that organisation."),
           also=("contact", "responsible person", "лицо", "контакт", "شخص")),
    Column("priority", _("Priority"), ("priority",), choices=Priority, hint=_("Normal, where it is empty."),
           example=gettext_noop("normal"), also=("importance", "приоритет", "ترجیح")),
    *_DAYS,
    Column("state", _("State"), ("state",), choices=ActionState, example=gettext_noop("open"),
           hint=_("Open, where it is empty. What waits is said on its own page, with the reason."),
           also=("status", "статус", "состояние", "حالت")),
    Column("waiting_reason", _("Why it waits"), ("waiting_reason",), width=30, imported=False),
    _LANGUAGE,
    *_LAST,
)  # fmt: skip

COMMITMENTS = (
    _REFERENCE,
    _OWN_REFERENCE,
    Column("title", _("Title"), ("title",), width=60, required=True, example=gettext_noop("Train 200 officers"),
           also=("commitment", "undertaking", "subject", "обязательство", "название", "عنوان")),
    Column("text", _("What was undertaken"), ("text",), width=60,
           also=("text", "description", "details", "описание", "текст", "متن")),
    Column("party", _("Who undertook it"), **_organisation("party"), required=True, example="FIA (PK)",
           hint=_("Its acronym, with the country where several have the same: FIA (PK)."),
           also=("party", "owner", "organisation", "responsible", "сторона", "ответственный", "فریق")),
    Column("owed_to", _("To whom"), **_organisation("owed_to"), hint=_("An organisation, by its acronym."),
           also=("to", "beneficiary", "кому", "کس کو")),
    Column("article", _("Article"), ("article__number", "article__agreement__short_reference"), width=22,
           hint=_("The agreement's reference and the number: AGR-2026-30147/4. Once written it stays."),
           also=("статья", "شق")),
    Column("indicator", _("Indicator"), ("indicator",), width=30, also=("показатель", "индикатор", "اشاریہ")),
    Column("unit", _("Unit"), ("unit",), hint=_("What the numbers count or measure."), also=("единица", "اکائی")),
    Column("baseline", _("Baseline"), ("baseline",), width=12, hint=_("A number."), also=("базовое значение",)),
    Column("target", _("Target"), ("target",), width=12, hint=_("A number."), also=("цель", "ہدف")),
    Column("target_in_words", _("Target in words"), ("target_in_words",), width=30),
    *_DAYS,
    Column("recurrence", _("Owed"), ("recurrence",), choices=Recurrence, hint=_("Once, where it is empty."),
           also=("frequency", "recurrence", "периодичность")),
    Column("state", _("State"), ("state",), choices=CommitmentState, imported=False),
    Column("confidence", _("Confidence"), ("confidence",), choices=Confidence, imported=False),
    _LANGUAGE,
    *_LAST,
)  # fmt: skip

AGREEMENTS = (
    _REFERENCE,
    Column("official_reference", _("Official reference"), ("reference",), width=24),
    Column("title", _("Title"), ("title",), width=60),
    Column("kind", _("Kind"), ("kind",), choices=AgreementKind),
    Column("state", _("State"), ("state",), choices=AgreementState),
    Column("parties", _("Parties"), ("pk",), width=40),
    Column("signed_on", _("Signed on"), ("signed_on",), width=12),
    Column("in_force_from", _("In force from"), ("in_force_from",), width=12),
    Column("in_force_until", _("In force until"), ("in_force_until",), width=12),
    Column("language", _("Language of the text"), ("language",), _language),
    *(column for column in _LAST if column.key != "updated_on"),
)

IMPORTED: dict[str, tuple[Column, ...]] = {
    ImportKind.ACTIONS: tuple(column for column in ACTIONS if column.imported),
    ImportKind.COMMITMENTS: tuple(column for column in COMMITMENTS if column.imported),
}

_SIGNS = re.compile(r"[^\w№]+")


def plain_heading(text: str) -> str:
    """A heading as it is compared: in small letters, without stars, colons and brackets."""
    return _SIGNS.sub(" ", text.casefold()).strip()


def guess(headings: Iterable[str], keys: list[str], columns: Iterable[Column]) -> dict[str, int]:
    """For each column the number of the heading that it goes by: by its key, its label in any language, a synonym."""
    plain = [plain_heading(heading) for heading in headings]
    found: dict[str, int] = {}
    known = {column.key: _names_of(column) for column in columns}
    for column_key, names in known.items():
        if column_key in keys:
            found[column_key] = keys.index(column_key)
            continue
        place = next((plain.index(name) for name in names if name in plain), None)
        if place is not None and place not in found.values() and not keys:
            found[column_key] = place
    return found


def _names_of(column: Column) -> list[str]:
    """Its own names before those that it shares with others."""
    labels = []
    for code in LANGUAGE_NAMES:
        with translation.override(code):
            labels.append(plain_heading(str(column.label)))
    return list(dict.fromkeys([plain_heading(column.key.replace("_", " ")), *labels, *map(plain_heading, column.also)]))


def values_of(choices: type[Choices]) -> dict[str, Any]:
    """What a choice may be called in a sheet: its value, or its label in any language, in small letters."""
    names: dict[str, Any] = {}
    for code in LANGUAGE_NAMES:
        with translation.override(code):
            names |= {str(label).casefold(): value for value, label in choices.choices}
    return names | {str(value).casefold(): value for value in choices.values}


def languages() -> dict[str, str]:
    """The same for the languages of texts."""
    names = {code: code for code in LANGUAGE_NAMES}
    for code in LANGUAGE_NAMES:
        with translation.override(code):
            names |= {str(name).casefold(): value for value, name in LANGUAGE_NAMES.items()}
    return names
