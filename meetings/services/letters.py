"""Thank-you letters after a visit, and the templates that they begin with."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import Space
from coordination.services import StaleVersion, require, sent_before
from meetings import letters
from meetings.itinerary import Counterpart, identity_of
from meetings.models import Letter, LetterTemplate, Visit
from meetings.selectors.visits import itinerary_of, met_openly

# A delegation meets fewer; more in one go is a slip.
MOST_LETTERS = 100


# --- letters -------------------------------------------------------------------------------------------------------
@transaction.atomic
def write_letters(
    actor: User, visit: Visit, to: Iterable[Counterpart], *, language: str, template: LetterTemplate | None = None
) -> list[Letter]:
    """Write a letter to each of these, from a template or Accord's own. Who has one already is written no other.

    Whoever reads the visit may come to read a letter: it names only what all of them may read.
    """
    require(actor, "record", visit)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    to = list(to)
    if len(to) > MOST_LETTERS:
        raise ValidationError({"to": _("At most %d letters at once.") % MOST_LETTERS})
    language = template.language if template else language
    subject, body = (template.subject, template.body) if template else letters.own_template(language)
    met = met_openly(itinerary_of(visit, actor))
    slots = {one.identity: of_one for one, of_one in met.items()}
    written = {addressed(letter) for letter in visit.letters.select_related("post")}
    new = []
    for one in to:
        if one.identity in written or one.identity not in slots:
            continue
        values = letters.values_for(visit, one, slots[one.identity], language)
        letter = Letter(
            visit=visit,
            organisation=one.organisation,
            post=one.post,
            person=one.person,
            language=language,
            subject=letters.filled(subject, values)[:255],
            body=letters.filled(body, values),
            created_by=actor,
        )
        letter.clean_fields(exclude=["visit"])
        letter.save()
        new.append(letter)
    if new:
        audit.record(actor, "letters written", visit, after={"number": len(new)})
    return new


def addressed(letter: Letter) -> tuple[str, int]:
    """To whom a letter is."""
    return identity_of(letter.organisation_id, letter.post, letter.person_id)


@transaction.atomic
def edit_letter(
    actor: User, letter: Letter, *, version: int, subject: str, body: str, sent_on: date | None = None
) -> Letter:
    """Change a letter, or note when it was sent. `version` is that of the form: an older one is refused."""
    letter = _latest(Letter, letter.pk, version)
    require(actor, "record", letter.visit)
    before = {"subject": letter.subject, "sent_on": audit.plain(letter.sent_on)}
    letter.subject, letter.body, letter.sent_on = subject, body, sent_on
    letter.clean_fields()
    letter.version += 1
    letter.save()
    after = {"subject": subject, "sent_on": audit.plain(sent_on)}
    audit.record(actor, "letter changed", letter.visit, before=before, after=after)
    return letter


@transaction.atomic
def remove_letter(actor: User, letter: Letter) -> None:
    """Throw a letter away. One that was sent stays."""
    letter = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    require(actor, "record", letter.visit)
    if letter.sent_on is not None:
        raise ValidationError(_("This letter was sent. It stays."))
    audit.record(actor, "letter removed", letter.visit, before={"subject": letter.subject})
    letter.delete()


# --- templates -----------------------------------------------------------------------------------------------------
@transaction.atomic
def add_letter_template(actor: User, space: Space, *, submission: UUID | None = None, **fields: Any) -> LetterTemplate:
    """Keep how letters begin in `space`. Sent twice, it is one."""
    require(actor, "record", space)
    if before := sent_before(LetterTemplate, submission, space=space):
        return before
    template = LetterTemplate(space=space, submission=submission, **fields)
    _check(template)
    template.save()
    audit.record(actor, "letter template added", space, after={"name": template.name})
    return template


@transaction.atomic
def edit_letter_template(actor: User, template: LetterTemplate, *, version: int, **changes: Any) -> LetterTemplate:
    template = _latest(LetterTemplate, template.pk, version)
    require(actor, "record", template.space)
    before = {"name": template.name}
    for name, value in changes.items():
        setattr(template, name, value)
    _check(template)
    template.version += 1
    template.save()
    audit.record(actor, "letter template changed", template.space, before=before, after={"name": template.name})
    return template


@transaction.atomic
def remove_letter_template(actor: User, template: LetterTemplate) -> None:
    """Throw a template away; the letters that were written from it stay."""
    require(actor, "record", template.space)
    audit.record(actor, "letter template removed", template.space, before={"name": template.name})
    template.delete()


def _check(template: LetterTemplate) -> None:
    problems = {}
    for name in ("subject", "body"):
        if unknown := letters.unknown_fields(getattr(template, name)):
            told = ", ".join(f"{{{each}}}" for each in unknown)
            problems[name] = _("There is no such field: %s.") % told
    if problems:
        raise ValidationError(problems)
    template.clean_fields(exclude=["space"])


def _latest(model: Any, pk: int, version: int) -> Any:
    row = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.version != version:
        raise StaleVersion
    return row
