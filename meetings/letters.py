"""The words of thank-you letters: a template with names in braces, filled for one whom the delegation met."""

import re
from collections.abc import Iterable

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.itinerary import Counterpart, Slot
from meetings.models import Letter, Visit, named
from meetings.papers.layout import Paper

_FIELD = re.compile(r"\{([a-z_]*)\}")
# What a template may name, and what each stands for.
FIELDS = {
    "name": gettext_lazy("the name of the addressee, or of the organisation"),
    "post": gettext_lazy("the addressee's post"),
    "organisation": gettext_lazy("the addressee's organisation"),
    "meetings": gettext_lazy("the meetings with the addressee, each with its day"),
    "delegation": gettext_lazy("the organisation of the delegation"),
    "head": gettext_lazy("who led the delegation"),
    "visit": gettext_lazy("the title of the visit"),
    "country": gettext_lazy("the country visited"),
    "days": gettext_lazy("the days of the visit"),
}


def unknown_fields(text: str) -> list[str]:
    """What stands in braces and is none of the fields."""
    return sorted({name for name in _FIELD.findall(text) if name not in FIELDS})


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its fields filled. What stands in a value is text, whatever it looks like."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def own_template(language: str) -> tuple[str, str]:
    """Subject and text of Accord's own letter in this language."""
    with translation.override(language):
        return (
            _("With thanks for the meetings in {country}, {days}"),
            _(
                "Dear {name},\n\n"
                "On behalf of {delegation}, I wish to thank you for receiving our delegation during the visit "
                "“{visit}” ({days}).\n\n"
                "We valued the exchange:\n\n{meetings}\n\n"
                "What was agreed stands in the records of these meetings, and we shall follow it up together with "
                "{organisation}. We look forward to continuing our cooperation.\n\n"
                "Yours sincerely,\n\n{head}"
            ),
        )


def values_for(visit: Visit, to: Counterpart, slots: Iterable[Slot], language: str) -> dict[str, str]:
    """What the fields stand for in a letter to `to`, whom the delegation met in `slots`."""
    with translation.override(language):
        lines = [f"– {slot.title}, {formats.date_format(slot.day, 'DATE_FORMAT')}" for slot in slots]
        first, last = (formats.date_format(day, "DATE_FORMAT") for day in (visit.starts_on, visit.ends_on))
        return {
            "name": to.person.name if to.person else to.organisation.name,
            "post": to.post.title if to.post else "",
            "organisation": to.organisation.name,
            "meetings": "\n".join(lines),
            "delegation": visit.organisation.name,
            "head": str(visit.head) if visit.head else visit.organisation.name,
            "visit": visit.title,
            "country": str(visit.country) if visit.country else "",
            "days": first if first == last else f"{first} – {last}",
        }


def paper_of(letter: Letter) -> Paper:
    """The letter in the house layout."""
    with translation.override(letter.language):
        paper = Paper(
            title=letter.subject,
            kicker=letter.visit.organisation.name,
            marking=letter.visit.audience.marking,
            language=letter.language,
            illustrative=letter.visit.illustrative,
        )
        if letter.sent_on:
            paper.facts.append((_("Date"), formats.date_format(letter.sent_on, "DATE_FORMAT")))
        paper.facts.append((_("To"), named(letter.organisation, letter.post, letter.person)))
        paper.text(letter.body)
        return paper
