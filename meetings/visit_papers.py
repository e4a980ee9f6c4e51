"""The outcome of a visit on paper, in the house layout: made for one reader, of what that reader may read."""

from django.utils import formats, translation
from django.utils.translation import gettext as _

from coordination.models import Action, Commitment
from meetings.models import Visit
from meetings.papers.layout import Paper, narrowest
from meetings.selectors.visits import Itinerary, MeetingOutcome, Outcome


def outcome_paper(visit: Visit, itinerary: Itinerary, outcome: Outcome, language: str) -> Paper:
    with translation.override(language):
        parts = [each.record.audience.marking for each in outcome.meetings if each.record]
        parts += [each.meeting.audience.marking for each in outcome.meetings]
        parts += [task.audience.marking for task in [*outcome.actions, *outcome.commitments]]
        paper = Paper(
            title=visit.title,
            kicker=_("Outcome report"),
            marking=narrowest([visit.audience.marking, *parts]),
            language=language,
            title_language=visit.language,
            illustrative=visit.illustrative,
        )
        days = [formats.date_format(day, "DATE_FORMAT") for day in (visit.starts_on, visit.ends_on)]
        paper.facts += [
            (_("Delegation of"), visit.organisation.name),
            (_("Country visited"), str(visit.country or "")),
            (_("Days"), " – ".join(dict.fromkeys(days))),
        ]
        _the_visit(paper, visit, itinerary)
        for each in outcome.meetings:
            _a_meeting(paper, each)
        _what_is_to_be_done(paper, outcome)
        return paper


def _the_visit(paper: Paper, visit: Visit, itinerary: Itinerary) -> None:
    if visit.objectives_listed:
        paper.heading(_("Objectives"), anchor="objectives")
        paper.points(visit.objectives_listed, language=visit.language)
    if visit.outcome:
        paper.heading(_("What came of it"), anchor="outcome")
        paper.text(visit.outcome, language=visit.language)
    if itinerary.members:
        paper.heading(_("Delegation"), anchor="delegation")
        paper.points([f"{member} ({member.get_role_display()})" for member in itinerary.members])


def _a_meeting(paper: Paper, each: MeetingOutcome) -> None:
    meeting = each.meeting
    marking = meeting.audience.marking
    paper.heading(
        meeting.title,
        anchor=f"meeting-{meeting.key}",
        marking=marking if marking != paper.marking else "",
        language=meeting.language,
    )
    when = formats.date_format(meeting.starts_there, "DATETIME_FORMAT")
    paper.text(", ".join(part for part in (when, meeting.place) if part), style="small")
    if each.record is None:
        paper.text(_("There is no record to read yet."), style="note")
    elif each.record.is_draft:
        paper.text(_("The record is a draft."), style="note")
    language = each.record.language if each.record else meeting.language
    for paragraph in each.paragraphs:
        paper.text(paragraph.text, label=paragraph.kind_label, language=language)


def _what_is_to_be_done(paper: Paper, outcome: Outcome) -> None:
    tasks: list[Action | Commitment] = [*outcome.actions, *outcome.commitments]
    if not tasks:
        return
    paper.heading(_("What is to be done"), anchor="to-do")
    paper.table(
        [_("What"), _("Who"), _("Due on"), _("State")],
        [
            [
                task.title,
                str(task.owner),
                formats.date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on else "–",
                str(task.get_state_display()),
            ]
            for task in tasks
        ],
    )
