"""What a sheet of invitations would make of each of its rows. Nothing is written here. (For actions and commitments
coordination.import_plan does the same.)"""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access
from coordination.columns import Column, languages, values_of
from coordination.import_plan import KEYS_AT_ONCE, Names
from coordination.models import Organisation, Role, Space
from home.models import InvitationSheet

NAME_LENGTH, ADDRESS_LENGTH = 150, 254
COLUMNS = (
    Column("email", gettext_lazy("E-mail address"), (), required=True, width=36, example="name@ministry.example",
           also=("email", "e mail", "mail", "address", "почта", "адрес", "ای میل")),
    Column("name", gettext_lazy("Name"), (), required=True, width=30, example=gettext_noop("Ayesha Khan"),
           also=("full name", "person", "имя", "фио", "نام")),
    Column("organisation", gettext_lazy("Organisation"), (), required=True, example="FIA (PK)",
           hint=gettext_lazy("Its acronym, with the country where several have the same: FIA (PK)."),
           also=("organization", "agency", "организация", "ادارہ")),
    Column("language", gettext_lazy("Language of the invitation"), (), example="English",
           hint=gettext_lazy("Yours, where it is empty."), also=("language", "язык", "زبان")),
    Column("space", gettext_lazy("Space"), (), width=40,
           hint=gettext_lazy("By its title; one that you chair. Empty: those of the organisation alone."),
           also=("workspace", "пространство")),
    Column("role", gettext_lazy("Role in the space"), (), choices=Role, hint=gettext_lazy("Reader, where it is empty."),
           also=("role", "роль")),
)  # fmt: skip


@dataclass
class PlannedInvitation:
    """One row: whom it invites, into which space besides, and why not."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    # Whether the person has been invited before, and has not answered.
    is_again: bool = False
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Any]:
        """What the preview has shown of it, to be compared when it is done."""
        return [self.number, "refused" if self.problems else "again" if self.is_again else "new"]

    def refuse(self, column: str, sentence: Any) -> None:
        self.problems.setdefault(column, str(sentence))


class Plan:
    """The plan for all rows of a sheet, by somebody who may invite."""

    def __init__(self, sheet: InvitationSheet, actor: User) -> None:
        self.sheet, self.actor = sheet, actor
        self.columns = [column for column in COLUMNS if column.key in sheet.matching]
        self.organisations = Names(Organisation.objects.all(), lambda one: (str(one), one.acronym, one.name))
        # Whoever invites admits to spaces only where a chair does.
        chaired = access.spaces_where(actor, "manage_space")
        readable = Space.objects.live().readable_by(actor).filter(pk__in=chaired)
        self.spaces = Names(readable, lambda one: (one.title, one.key))
        self.languages, self.roles = languages(), values_of(Role)
        self.rows = [self._read(number, cells) for number, cells in sheet.rows]
        self._find_accounts()
        self._compare_rows()

    @property
    def problems(self) -> list[tuple[int, str, str]]:
        """Row, label of the column and sentence, in the order of the sheet."""
        labels = {column.key: str(column.label) for column in COLUMNS}
        return [(row.number, labels[key], text) for row in self.rows for key, text in row.problems.items()]

    def _read(self, number: int, cells: list[str]) -> PlannedInvitation:
        row = PlannedInvitation(number)
        for column in self.columns:
            place = self.sheet.matching[column.key]
            text = cells[place] if place < len(cells) else ""
            if not text and column.required:
                row.refuse(column.key, _("This is missing."))
            elif text:
                try:
                    row.values[column.key] = self._value(column.key, text)
                except ValidationError as refusal:
                    row.refuse(column.key, refusal.messages[0])
        if row.values.get("role") and "space" not in row.values and "space" not in row.problems:
            row.refuse("space", _("Say in which space."))
        return row

    def _value(self, key: str, text: str) -> Any:
        """What the cell says; ValidationError, in one sentence, where that cannot be."""
        match key:
            case "email":
                return forms.EmailField(max_length=ADDRESS_LENGTH).clean(text).lower()
            case "name":
                return forms.CharField(max_length=NAME_LENGTH, validators=[validate_plain_text]).clean(text)
            case "organisation":
                return _the_one(self.organisations.named(text), text, _("No organisation is called “%s”."))
            case "space":
                return _the_one(self.spaces.named(text), text, _("You chair no space that is called “%s”."))
            case "language":
                return _one_of(self.languages, text, _("Invitations are in English, Russian or Urdu."))
        return _one_of(self.roles, text, _("One of the four roles: %s.") % ", ".join(str(one) for one in Role.labels))

    def _find_accounts(self) -> None:
        """As for a single invitation: who has an account is invited no more; who has not answered is once more."""
        wanted = sorted({row.values["email"] for row in self.rows if "email" in row.values})
        found: dict[str, User] = {}
        for first in range(0, len(wanted), KEYS_AT_ONCE):
            some = User.objects.filter(email__in=wanted[first : first + KEYS_AT_ONCE])
            found |= {user.email: user for user in some}
        for row in self.rows:
            user = found.get(row.values.get("email", ""))
            if user is not None and (user.has_usable_password() or not user.is_active):
                row.refuse("email", _("This address already has an account."))
            row.is_again = user is not None

    def _compare_rows(self) -> None:
        """One person may stand in several rows, for several spaces: the rows say the same of the person."""
        first: dict[str, PlannedInvitation] = {}
        seen: dict[Any, int] = {}
        for row in self.rows:
            email = row.values.get("email")
            if email is None:
                continue
            before, same = first.setdefault(email, row), (email, row.values.get("space"))
            if same in seen:
                row.refuse("email", _("This is the same as row %d.") % seen[same])
            seen.setdefault(same, row.number)
            for key in ("name", "organisation", "language"):
                if row.values.get(key) != before.values.get(key) and not before.problems:
                    row.refuse(key, _("Row %d says otherwise of this address.") % before.number)


def _the_one(found: list[Any], text: str, nothing: str) -> Any:
    if len(found) > 1:
        raise ValidationError(_("Several are called so: write one of %s.") % ", ".join(str(one) for one in found))
    if not found:
        raise ValidationError(nothing % text[:40])
    return found[0]


def _one_of(values: dict[str, Any], text: str, refusal: str) -> Any:
    if text.casefold() not in values:
        raise ValidationError(refusal)
    return values[text.casefold()]
