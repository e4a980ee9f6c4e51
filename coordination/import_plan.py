"""What an import would make of each row of a sheet: made, changed, left as it is, or refused cell by cell.

Nothing is written here. The preview shows the plan; the import makes it anew, under a lock, and goes on only where it
is the same. So what is refused is said with row and column before anything happens, and nothing changes unseen.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, audit, references, selectors, sheets
from coordination.bounds import beyond_the_calendar, too_long
from coordination.columns import IMPORTED, Column, languages, values_of
from coordination.models import (
    Action,
    ActionState,
    Article,
    Commitment,
    Import,
    ImportKind,
    Organisation,
    Person,
    Post,
    Recurrence,
)

# Parameters of one query: SQLite has a limit of its own.
KEYS_AT_ONCE = 500
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DAY_WITH_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

# Columns that hold nothing, not an empty text, where their cell is empty.
NONE_WHERE_EMPTY = ("owed_to", "person", "starts_on", "due_on", "baseline", "target")

MADE, CHANGED, SAME, REFUSED = "made", "changed", "same", "refused"


@dataclass
class Planned:
    """One row: what becomes of it, and why not."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    target: Any = None
    # Of a row that changes something: by field, what is new.
    changes: dict[str, Any] = field(default_factory=dict)
    # By key of the column, one sentence for each cell that is refused.
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        if self.problems:
            return REFUSED
        if self.target is None:
            return MADE
        return CHANGED if self.changes else SAME

    @property
    def shown(self) -> list[Any]:
        """What the preview has shown of it, to be compared when it is imported."""
        target = [self.target.pk, self.target.version] if self.target is not None and self.changes else []
        return [self.number, self.outcome, *target]

    def refuse(self, column: str, sentence: Any) -> None:
        self.problems.setdefault(column, str(sentence))


class Plan:
    """The plan for all rows of an import, or for those of these numbers, by somebody who has the right to it."""

    def __init__(self, job: Import, actor: User, only: Collection[int] | None = None) -> None:
        self.job, self.actor, self.space = job, actor, job.space
        self.model: Any = Action if job.kind == ImportKind.ACTIONS else Commitment
        self.columns = [column for column in IMPORTED[job.kind] if column.key in job.matching]
        self.by_key = {column.key: column for column in self.columns}
        self.owner = "owner" if self.model is Action else "party"
        self.taking_part = set(selectors.organisations_in(self.space).values_list("pk", flat=True))
        self.organisations = Names(self._organisations(), lambda one: (str(one), one.acronym, one.name))
        self.persons = Names(self._persons(), lambda one: (one.name,))
        self.holding = self._posts()
        self.choices = {column.key: values_of(column.choices) for column in self.columns if column.choices}
        self.language_names = languages()
        self.articles: dict[str, Article | None] = {}
        self.rows = [self._read(number, cells) for number, cells in job.rows if only is None or number in only]
        self._find_targets()
        self._refuse_twins()
        for row in self.rows:
            self._compare(row)

    @property
    def problems(self) -> list[tuple[int, str, str]]:
        """Row, label of the column and sentence, in the order of the sheet."""
        return [
            (row.number, str(self.by_key[key].label) if key in self.by_key else "", sentence)
            for row in self.rows
            for key, sentence in row.problems.items()
        ]

    def in_words(self, row: Planned, key: str) -> tuple[str, str]:
        """What stood in a field of the row's target, and what will."""
        before = self._present(row.target, key) if row.target else None
        return self._word(key, before), self._word(key, row.changes[key])

    def _word(self, key: str, value: Any) -> str:
        column = self.by_key.get(key)
        if value in (None, ""):
            return "–"
        if column is not None and column.choices:
            return str(column.choices(value).label)
        return _short(audit.plain(value) if isinstance(value, Decimal) else str(value))

    def number_of(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    # --- who and what can be named ---------------------------------------------------------------------------------
    def _organisations(self) -> QuerySet[Organisation]:
        """Who takes part, and whoever something here is for already: a name that stands in an export is known."""
        here = self.model.objects.readable_by(self.actor).filter(space=self.space)
        wanted = Q(pk__in=self.taking_part) | Q(pk__in=here.order_by().values(self.owner))
        if self.model is Commitment:
            readable = Article.objects.readable_by(self.actor).filter(agreement__space=self.space)
            wanted |= Q(party_to__agreement__in=readable.values("agreement"))
        return Organisation.objects.filter(wanted).distinct()

    def _persons(self) -> QuerySet[Person]:
        return selectors.persons_in(self.space) if "person" in self.by_key else Person.objects.none()

    def _posts(self) -> set[tuple[int, int]]:
        if "person" not in self.by_key:
            return set()
        current = Post.objects.current().filter(person__in=[one.pk for one in self.persons.all])
        return set(current.values_list("person", "organisation"))

    # --- reading the cells -----------------------------------------------------------------------------------------
    def _read(self, number: int, cells: list[str]) -> Planned:
        row = Planned(number)
        for column in self.columns:
            place = self.job.matching[column.key]
            text = cells[place] if place < len(cells) else ""
            if not text and column.required:
                row.refuse(column.key, _("This is missing."))
            elif text:
                try:
                    row.values[column.key] = self._value(column, text)
                except ValidationError as refusal:
                    row.refuse(column.key, refusal.messages[0])
            elif not self._says_nothing(column):
                row.values[column.key] = None if column.key in NONE_WHERE_EMPTY else ""
        self._check_between_cells(row)
        return row

    def _says_nothing(self, column: Column) -> bool:
        """Whether an empty cell leaves things as they are: there is always a priority, a state, a language."""
        return bool(column.choices) or column.key in ("language", "reference", "external_reference", "article")

    def _value(self, column: Column, text: str) -> Any:
        """What the cell says; ValidationError, in one sentence, where that cannot be."""
        match column.key:
            case "owner" | "party" | "owed_to":
                return self._organisation(text)
            case "starts_on" | "due_on":
                return _day(text)
            case "baseline" | "target":
                return self.model._meta.get_field(column.key).clean(_number(text), None)
            case "language":
                return self._language(text)
            case "article":
                return self._article(text)
            case "person" | "reference":
                return text
        if column.choices:
            return self._choice(column, text)
        if column.key == "external_reference":
            validate_plain_text(text)
        return self._text(column, text)

    def _text(self, column: Column, text: str) -> str:
        field = self.model._meta.get_field(column.key)
        if problem := too_long(field, text):
            raise ValidationError(problem)
        return field.clean(text, None)

    def _choice(self, column: Column, text: str) -> Any:
        value = self.choices[column.key].get(text.casefold())
        if value is None:
            raise ValidationError(_("“%(text)s” is none of: %(values)s.") % {
                "text": _short(text), "values": ", ".join(column.allowed())
            })  # fmt: skip
        return value

    def _organisation(self, text: str) -> Organisation:
        found = self.organisations.named(text)
        if not found:
            raise ValidationError(_("No organisation of this space is called “%s”.") % _short(text))
        found = selectors.written_so(found, text)
        if len(found) > 1:
            names = ", ".join(str(one) for one in found)
            raise ValidationError(_("Several are called so: write one of %s.") % names)
        return found[0]

    def _language(self, text: str) -> str:
        code = self.language_names.get(text.casefold())
        if code is None:
            raise ValidationError(_("Texts are in English, Russian or Urdu."))
        return code

    def _article(self, text: str) -> Article:
        if text not in self.articles:
            reference, _slash, number = text.rpartition("/")
            agreement = references.find(reference, self.actor)
            found = None
            if agreement is not None and agreement.space_id == self.space.pk:
                named = Article.objects.readable_by(self.actor).filter(agreement=agreement.pk, number=number.strip())
                found = named.select_related("agreement").first()
            self.articles[text] = found
        article = self.articles[text]
        if article is None:
            raise ValidationError(_("There is no such article in this space that you may read."))
        return article

    def _check_between_cells(self, row: Planned) -> None:
        """What one cell says against another, as the services will."""
        values = row.values
        starts_on, due_on = values.get("starts_on"), values.get("due_on")
        if starts_on and due_on and due_on < starts_on:
            row.refuse("due_on", _("This is before the day on which it starts."))
        if (person := values.get("person")) and (owner := values.get(self.owner)):
            self._find_person(row, person, owner)

    def _find_person(self, row: Planned, name: str, owner: Organisation) -> None:
        named = self.persons.named(name)
        there = [one for one in named if self._is_of(one, owner)]
        if len(there) == 1:
            row.values["person"] = there[0]
        elif there:
            row.refuse("person", _("Several persons there are called “%s”.") % _short(name))
        elif named:
            row.refuse("person", _("This person is not of that organisation."))
        else:
            row.refuse("person", _("Nobody in this space is called “%s”.") % _short(name))

    def _is_of(self, person: Person, owner: Organisation) -> bool:
        through_account = person.user is not None and person.user.organisation_id == owner.pk
        return through_account or (person.pk, owner.pk) in self.holding

    # --- what is there already -------------------------------------------------------------------------------------
    def _find_targets(self) -> None:
        """By Accord's reference, else by the sheet's own, else what is the same in title, owner and due date."""
        by_reference = self._readable("short_reference", self._typed_references())
        wanted = {row.values["external_reference"] for row in self.rows if row.values.get("external_reference")}
        by_own = self._readable("external_reference", wanted)
        lost = self._lost(wanted - by_own.keys())
        without = [row for row in self.rows if not _has_reference(row)]
        alike = self._alike({row.values["title"] for row in without if row.values.get("title")})
        for row in self.rows:
            if typed := row.values.get("reference"):
                self._by_reference(row, typed, by_reference)
            elif (own := row.values.get("external_reference")) in lost:
                row.refuse("external_reference", _("You have used this for something that is closed to you by now."))
            elif own:
                self._the_one_of(row, by_own.get(own, []), "external_reference")
            else:
                self._the_one_of(row, alike.get(self._same_key(row), []), "title")

    def _typed_references(self) -> set[str]:
        typed = (references.read(row.values.get("reference", "")) for row in self.rows)
        return {one for one in typed if one}

    def _readable(self, name: str, wanted: set[str]) -> dict[str, list[Any]]:
        """What of this space the actor may read, by one of its fields."""
        found: dict[str, list[Any]] = {}
        keys = sorted(wanted)
        for first in range(0, len(keys), KEYS_AT_ONCE):
            rows = self.model.objects.readable_by(self.actor).filter(space=self.space)
            rows = rows.filter(**{f"{name}__in": keys[first : first + KEYS_AT_ONCE]})
            for obj in rows.select_related("audience", "space", *self._related()):
                found.setdefault(getattr(obj, name), []).append(obj)
        return found

    def _lost(self, wanted: set[str]) -> set[str]:
        """Those that the actor gave to what the actor may not read any more: they are taken, and known to be."""
        own = self.model.objects.filter(space=self.space, created_by=self.actor).exclude(external_reference="")
        return wanted & set(own.values_list("external_reference", flat=True)) if wanted else set()

    def _related(self) -> tuple[str, ...]:
        return ("owner", "owner_person") if self.model is Action else ("party", "owed_to", "article")

    def _alike(self, titles: set[str]) -> dict[Any, list[Any]]:
        found: dict[Any, list[Any]] = {}
        for same_title in self._readable("title", titles).values():
            for obj in same_title:
                key = (obj.title, obj.owner_id, obj.due_on)
                found.setdefault(key, []).append(obj)
        return found

    def _same_key(self, row: Planned) -> Any:
        owner = row.values.get(self.owner)
        return (row.values.get("title"), owner.pk if owner else None, row.values.get("due_on"))

    def _by_reference(self, row: Planned, typed: str, found: dict[str, list[Any]]) -> None:
        reference = references.read(typed)
        if reference is None:
            row.refuse("reference", _("“%s” is no reference of Accord.") % _short(typed))
        elif reference not in found:
            row.refuse("reference", _("Nothing of this kind in this space that you may read has this reference."))
        else:
            row.target = found[reference][0]

    def _the_one_of(self, row: Planned, found: list[Any], column: str) -> None:
        if len(found) > 1:
            references_found = ", ".join(str(one.short_reference) for one in found[:5])
            row.refuse(column, _("Several things here may be meant: give the reference, one of %s.") % references_found)
        elif found:
            row.target = found[0]

    def _refuse_twins(self) -> None:
        """Two rows of one sheet that are the same thing."""
        seen: dict[Any, int] = {}
        for row in self.rows:
            own = row.values.get("external_reference")
            named = row.target.pk if row.target else (own or self._same_key(row))
            if row.problems and row.target is None and not own:
                continue
            if named in seen:
                column = next(key for key in ("reference", "external_reference", "title") if row.values.get(key))
                row.refuse(column, _("This is the same as row %d.") % seen[named])
            seen.setdefault(named, row.number)

    # --- what would change -----------------------------------------------------------------------------------------
    def _compare(self, row: Planned) -> None:
        if row.problems:
            return
        present = {key: self._present(row.target, key) for key in row.values} if row.target else {}
        for key, value in row.values.items():
            if key == "reference" or (key == "external_reference" and row.target is not None):
                # A sheet's own reference stays as it came in: that another is taken may be nobody's to know.
                continue
            if row.target is None or _tidy(value) != _tidy(present[key]):
                row.changes[key] = value
        if self.model is Action and "owner" in row.changes and row.changes["owner"].pk not in self.taking_part:
            row.refuse("owner", _("Not in this space: %s.") % row.changes["owner"])
        if row.target is None:
            self._check_new(row)
        elif row.changes:
            self._check_change(row)

    def _present(self, obj: Any, key: str) -> Any:
        return getattr(obj, "owner_person" if key == "person" else key, None)

    def _check_new(self, row: Planned) -> None:
        self._check_state(row, ActionState.OPEN)
        if "state" in row.changes:
            # Whoever writes something down for others does not say how they get on.
            written = Action(space=self.space, owner=row.values["owner"])
            if not access.VERBS["follow_up"](self.actor, written):
                row.refuse("state", _("Only those who follow it up say this: leave the state empty."))
        self._check_numbers(row, None)

    def _check_change(self, row: Planned) -> None:
        verb = "follow_up" if self.model is Action else "record"
        if not access.can(self.actor, verb, row.target):
            row.refuse("title", _("You may read this one, and not change it."))
            return
        for key in ("party", "owed_to", "article"):
            if key in row.changes and key in self.by_key:
                row.refuse(key, _("This stays as it was written down: %s.") % (self._present(row.target, key) or "–"))
        starts_on, due_on = (row.values.get(day, getattr(row.target, day)) for day in ("starts_on", "due_on"))
        if starts_on and due_on and due_on < starts_on:
            row.refuse("due_on", _("This is before the day on which it starts."))
        self._check_person_stays(row)
        if self.model is Action:
            self._check_state(row, row.target.state)
        self._check_numbers(row, row.target)

    def _check_person_stays(self, row: Planned) -> None:
        """Another owner, and no column of persons: whoever did it for the first goes with it."""
        if "owner" in row.changes and "person" not in row.values and row.target.owner_person is not None:
            row.changes["person"] = None

    def _check_state(self, row: Planned, present: str) -> None:
        from coordination.services.actions import ACTION_TRANSITIONS

        wanted = row.changes.get("state")
        if wanted is None or wanted == present:
            row.changes.pop("state", None)
        elif wanted == ActionState.WAITING:
            row.refuse("state", _("That it waits is said on its own page, with the reason."))
        elif wanted not in ACTION_TRANSITIONS[present]:
            row.refuse("state", _("The action cannot go from its state to this one."))

    def _check_numbers(self, row: Planned, present: Any) -> None:
        if self.model is not Commitment:
            return

        def value(key: str) -> Any:
            return row.values.get(key, getattr(present, key) if present is not None else None)

        if (value("baseline") is not None or value("target") is not None) and not (value("unit") or "").strip():
            row.refuse("unit", _("Say what the baseline and the target count or measure."))
        if value("recurrence") not in (None, Recurrence.NONE) and value("due_on") is None:
            row.refuse("due_on", _("Say when it is due for the first time."))


class Names:
    """Rows by what they may be called, whatever the case."""

    def __init__(self, rows: Any, names_of: Callable[[Any], tuple[str, ...]]) -> None:
        self.all = list(rows)
        self._named: dict[str, dict[Any, Any]] = {}
        for row in self.all:
            for name in names_of(row):
                self._named.setdefault(" ".join(name.split()).casefold(), {})[row.pk] = row

    def named(self, text: str) -> list[Any]:
        return list(self._named.get(" ".join(text.split()).casefold(), {}).values())


def _has_reference(row: Planned) -> bool:
    return bool(row.values.get("reference") or row.values.get("external_reference"))


def _day(text: str) -> date:
    if match := _DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _DAY_WITH_DOTS.fullmatch(text):
        day, month, year = map(int, match.groups())
    else:
        raise ValidationError(_("“%s” is not a day. Write it as 2026-12-31.") % _short(text))
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise ValidationError(_("“%s” is not in the calendar.") % _short(text)) from error
    if problem := beyond_the_calendar(found):
        raise ValidationError(problem)
    return found


def _number(text: str) -> Decimal:
    together = re.sub(r"[\s\u00a0\u202f]", "", text)
    if sheets.is_doubtful(together):
        small = audit.plain(Decimal(together.replace(",", ".")))
        either = {"text": text, "large": re.sub("[.,]", "", together), "small": small}
        raise ValidationError(_("“%(text)s” may be %(large)s or %(small)s. Write it as one of these.") % either)
    try:
        return Decimal(together.replace(",", ".")).normalize()
    except ArithmeticError as error:  # no number, or one beyond all numbers
        raise ValidationError(_("“%s” is not a number.") % _short(text)) from error


def _tidy(value: Any) -> Any:
    """A text without what a sheet does to the ends of its lines."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
