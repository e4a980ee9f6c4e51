"""The sections of the visit as a whole: purpose and objectives, programme, people, country profile."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from coordination.country_profiles import Profile, profiles_of
from coordination.models import Commitment
from meetings.briefing.of_a_meeting import commitment_item
from meetings.briefing.parts import Item, Part, in_a_line
from meetings.briefing.sight import Sight
from meetings.counterparts import Card, Earlier
from meetings.itinerary import Slot
from meetings.models import BriefingSection, VisitMember


def introduction(sight: Sight) -> Part:
    part, visit = Part(BriefingSection.INTRODUCTION), sight.visit
    lines = [line.strip() for line in visit.purpose.splitlines() if line.strip()]
    part.add(Item(line, visit, language=visit.language) for line in lines)
    part.add((Item(line, visit, language=visit.language) for line in visit.objectives_listed), title=_("Objectives"))
    return part


def programme(sight: Sight) -> Part:
    """Day by day, by the clock of each place."""
    part = Part(BriefingSection.PROGRAMME)
    for day in sight.itinerary.days:
        part.add((_slot_item(slot) for slot in day.slots), title=date_format(day.day, "DATE_FORMAT"))
    return part


def _slot_item(slot: Slot) -> Item:
    ends = f"{_clock(slot.ends_there)} (+1)" if slot.is_over_midnight else _clock(slot.ends_there)
    places = " → ".join(dict.fromkeys(one for one in (slot.place, slot.place_until) if one))
    met = "; ".join(one.name for one in slot.counterparts)
    those = "" if slot.is_for_all else "; ".join(str(member) for member in slot.members)
    note = slot.entry.note if slot.entry else ""
    details = [
        str(slot.kind_label),
        places,
        _("with %(names)s") % {"names": met} if met else "",
        _("only: %(names)s") % {"names": those} if those else "",
        note,
    ]
    return Item(
        slot.title,
        slot.meeting or slot.entry,
        label=f"{_clock(slot.starts_there)}–{ends}",
        detail=in_a_line(*details),
        url=slot.meeting.get_absolute_url() if slot.meeting else "",
        language=slot.language,
    )


def _clock(moment: datetime) -> str:
    return time_format(moment.time(), "TIME_FORMAT")


# --- people --------------------------------------------------------------------------------------------------------
def people(sight: Sight) -> Part:
    """The delegation, and a card for each whom it meets."""
    part = Part(BriefingSection.PEOPLE)
    part.add(map(_member_item, sight.itinerary.members), title=_("The delegation"))
    for card in sight.cards:
        counterpart = card.counterpart
        lead = [counterpart.title]
        if card.predecessor is not None:
            lead.append(_("before: %(name)s") % {"name": card.predecessor.person})
        part.add(_card_items(card), title=counterpart.name, lead=in_a_line(*lead))
    return part


def _member_item(member: VisitMember) -> Item:
    return Item(str(member), member, detail=str(member.get_role_display()))


def _card_items(card: Card) -> Iterator[Item]:
    for slot in card.slots:
        at = f"{date_format(slot.day, 'SHORT_DATE_FORMAT')}, {_clock(slot.starts_there)}"
        yield Item(slot.title, slot.meeting or slot.entry, label=_("meets"), detail=at, language=slot.language)
    for earlier in card.earlier:
        yield from _earlier_items(earlier)
    yield from _owed_items(card.they_owe, pgettext("of a counterpart", "owes"))
    yield from _owed_items(card.we_owe, pgettext("to a counterpart", "we owe"))


def _earlier_items(earlier: Earlier) -> Iterator[Item]:
    meeting = earlier.meeting
    detail = [date_format(meeting.day, "SHORT_DATE_FORMAT"), earlier.predecessor]
    yield Item(
        meeting.title,
        meeting,
        label=_("met before"),
        detail=in_a_line(*detail),
        url=meeting.get_absolute_url(),
        language=meeting.language,
    )
    for label, paragraphs in ((_("said"), earlier.said), (_("agreed"), earlier.agreed)):
        for paragraph in paragraphs:
            language = paragraph.section.record.language
            yield Item(paragraph.text, paragraph, label=label, url=paragraph.get_absolute_url(), language=language)


def _owed_items(commitments: Iterable[Commitment], label: str) -> Iterator[Item]:
    return (commitment_item(one, label) for one in commitments)


# --- the country ---------------------------------------------------------------------------------------------------
def country(sight: Sight) -> Part:
    part = Part(BriefingSection.COUNTRY)
    visited = sight.visit.country_id
    of_counterparts = {one.organisation.country_id for one in sight.itinerary.counterparts}
    codes = [visited] if visited else sorted(code for code in of_counterparts if code)
    for profile in profiles_of(codes, sight.user):
        part.add(
            _profile_items(profile),
            title=profile.title,
            url=profile.url,
            language=profile.language,
            row=profile.row,
        )
    return part


def _profile_items(profile: Profile) -> Iterator[Item]:
    for line in profile.paragraphs:
        yield Item(line, profile.row, language=profile.language)
    for fact in profile.facts:
        said_by = in_a_line(fact.source, date_format(fact.as_of, "SHORT_DATE_FORMAT"))
        yield Item(f"{fact.label}: {fact.value}", fact.row, detail=said_by, language=profile.language)
