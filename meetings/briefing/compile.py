"""A briefing, compiled for one reader: whole, or as far as one page shows it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from coordination import access
from meetings.briefing import of_a_meeting, of_the_visit
from meetings.briefing.parts import Briefing, Chapter, Part, in_a_line
from meetings.briefing.sight import Sight
from meetings.models import BriefingPack, BriefingSection, BriefingText, Meeting

VISIT, PEOPLE = "visit", "people"
# The chapters that are of no meeting: the sections of each.
OF_THE_VISIT: dict[str, dict[BriefingSection, Callable[[Sight], Part]]] = {
    VISIT: {
        BriefingSection.INTRODUCTION: of_the_visit.introduction,
        BriefingSection.PROGRAMME: of_the_visit.programme,
        BriefingSection.COUNTRY: of_the_visit.country,
    },
    PEOPLE: {BriefingSection.PEOPLE: of_the_visit.people},
}


def compile_for(
    pack: BriefingPack, user: access.Reader, only: str | None = None, tell: Callable[[int, int], None] | None = None
) -> Briefing:
    """The briefing as `user`, who may read `pack`, may read it now: all of it, or `only` the chapter with this key.

    `tell` is told after each chapter how many of how many are done.
    """
    sight = Sight(pack, user, only if only not in (None, VISIT, PEOPLE) else None)
    contents = contents_of(sight)
    wanted = [key for key in contents if only in (None, key)]
    chapters: list[Chapter] = []
    for number, key in enumerate(wanted, start=1):
        chapters.append(_chapter(sight, key))
        if tell is not None:
            tell(number, len(wanted))
    return Briefing(pack, user, chapters, contents)


def contents_of(sight: Sight) -> dict[str, str]:
    """The titles of the chapters that there are for this reader, by their keys."""
    of_meetings = {meeting.key: meeting.title for meeting in (*sight.programme, *sight.left_over)}
    return {VISIT: _("The visit"), PEOPLE: _("People"), **of_meetings}


def compile_part(pack: BriefingPack, user: access.Reader, section: BriefingSection, meeting: Meeting | None) -> Part:
    """One section, as far as it is compiled."""
    if meeting is not None:
        return of_a_meeting.part_of(Sight(pack, user, meeting.key), meeting, section)
    [make] = [sections[section] for sections in OF_THE_VISIT.values() if section in sections]
    return make(Sight(pack, user))


def _chapter(sight: Sight, key: str) -> Chapter:
    if key in OF_THE_VISIT:
        title = _("The visit") if key == VISIT else _("People")
        chapter = Chapter(key, title, [make(sight) for make in OF_THE_VISIT[key].values()])
    else:
        chapter = _chapter_of_meeting(sight, key)
    for part in chapter.parts:
        of_meeting = part.meeting.pk if part.meeting else None
        part.texts = [one for one in sight.texts if (one.section, one.meeting_id) == (part.section, of_meeting)]
    return chapter


def _chapter_of_meeting(sight: Sight, key: str) -> Chapter:
    [meeting] = [one for one in (*sight.meetings, *sight.left_over) if one.key == key]
    is_left_over = meeting in sight.left_over
    starts = meeting.starts_there
    lead = [date_format(starts, "DATETIME_FORMAT"), meeting.place, _names(sight, meeting)]
    return Chapter(
        key,
        meeting.title,
        [Part(section, meeting=meeting) for section in of_a_meeting.COMPILED]
        if is_left_over
        else of_a_meeting.parts_of(sight, meeting),
        language=meeting.language,
        lead=in_a_line(*lead),
        meeting=meeting,
        is_left_over=is_left_over,
    )


def _names(sight: Sight, meeting: Meeting) -> str:
    return ", ".join(one.acronym for one in sight.met_at.get(meeting.pk, []))


def may_all_be_read(user: access.Reader, sources: dict[str, Iterable[int]]) -> bool:
    """Whether `user` may still read everything that stands in a paper; what was deleted is read by nobody."""
    for label, keys in sources.items():
        model: Any = apps.get_model(label)
        wanted = set(keys)
        rows = access.readable_by(model._base_manager.filter(pk__in=wanted), user)
        if any(field.name == "live" for field in model._meta.get_fields()):
            rows = rows.filter(live=True)
        if rows.distinct().count() != len(wanted):
            return False
        if model is BriefingText and not _meetings_may_be_read(user, wanted):
            return False
    return True


def _meetings_may_be_read(user: access.Reader, texts: Iterable[int]) -> bool:
    """What is written of a meeting is for those who may read the meeting, which may lie in another space."""
    readable = Meeting.live_pages().readable_by(user)
    of_meetings = BriefingText.objects.filter(pk__in=texts, meeting__isnull=False)
    return not of_meetings.exclude(meeting__in=readable.values("pk")).exists()
