"""The sections of one meeting, from its objectives to its background."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from coordination.models import Action, Agreement, Commitment, CommitmentState, article_name
from coordination.paragraphs import plain_text
from meetings.briefing.parts import Item, Part, in_a_line
from meetings.briefing.sight import Sight
from meetings.models import SECTIONS_OF_A_MEETING, SPOKEN_KINDS, BriefingSection, Meeting, Paragraph, Record, named

# What a section shows at most; the lists and records themselves have the rest.
PARAGRAPHS_OF_A_RECORD = 40
OPEN_ITEMS = 30
# An agreement of more articles is shown by those only under which something is open.
ARTICLES_OF_AN_AGREEMENT = 12
IN_DANGER = (CommitmentState.AT_RISK, CommitmentState.OFF_TRACK)


def parts_of(sight: Sight, meeting: Meeting) -> list[Part]:
    """All of them, in their order."""
    return [part_of(sight, meeting, section) for section in SECTIONS_OF_A_MEETING]


def part_of(sight: Sight, meeting: Meeting, section: BriefingSection) -> Part:
    part = Part(section, meeting=meeting)
    COMPILED[section](sight, meeting, part)
    return part


def _objectives(sight: Sight, meeting: Meeting, part: Part) -> None:
    part.add(
        Item(item.expected_outcome, item, label=f"{item.number}. {item.title}", language=meeting.language)
        for item in sight.agenda.get(meeting.pk, [])
        if item.expected_outcome
    )


def _talking_points(sight: Sight, meeting: Meeting, part: Part) -> None:
    """What to ask about: of what they owe, and of what they are to do, whatever is late or in danger."""
    theirs, _ours = sight.owed_at(meeting)
    us = sight.visit.organisation_id
    late = [action_item(one) for one in sight.to_be_done_at(meeting) if one.owner_id != us and one.is_overdue]
    asked = [commitment_item(one) for one in theirs if one.is_overdue or one.state in IN_DANGER]
    part.add([*asked, *late][:OPEN_ITEMS], title=_("To ask about"))


def _last_time(sight: Sight, meeting: Meeting, part: Part) -> None:
    record = sight.last_time.get(meeting.pk)
    if record is None:
        return
    with_names = sight.may_see_names(record)
    paragraphs = sight.paragraphs.get(record.pk, [])[:PARAGRAPHS_OF_A_RECORD]
    part.add(
        [_paragraph_item(one, record, with_names) for one in paragraphs],
        title=record.meeting.title,
        lead=date_format(record.meeting.day, "DATE_FORMAT"),
        url=record.get_absolute_url(),
        language=record.meeting.language,
        row=record,
    )


def _paragraph_item(paragraph: Paragraph, record: Record, with_names: bool) -> Item:
    by = ""
    if paragraph.kind in SPOKEN_KINDS and with_names:
        by = named(paragraph.speaker_organisation, paragraph.speaker_post, paragraph.speaker_person)
        if paragraph.on_behalf_of:
            by = _("%(speaker)s, on behalf of %(organisation)s") % {
                "speaker": by, "organisation": paragraph.on_behalf_of,
            }  # fmt: skip
    return Item(
        paragraph.text,
        paragraph,
        label=str(paragraph.get_kind_display()),
        detail=by,
        url=paragraph.get_absolute_url(),
        language=record.language,
    )


# --- what is open --------------------------------------------------------------------------------------------------
def _open_items(sight: Sight, meeting: Meeting, part: Part) -> None:
    theirs, ours = sight.owed_at(meeting)
    part.add([commitment_item(one) for one in theirs[:OPEN_ITEMS]], title=_("What they owe"))
    part.add([commitment_item(one) for one in ours[:OPEN_ITEMS]], title=_("What we owe"))
    part.add([action_item(one) for one in sight.to_be_done_at(meeting)[:OPEN_ITEMS]], title=_("Actions"))


def commitment_item(commitment: Commitment, label: str = "") -> Item:
    who = f"{commitment.party} → {commitment.owed_to}" if commitment.owed_to else str(commitment.party)
    return _task_item(commitment, who, label or str(_("commitment")))


def action_item(action: Action) -> Item:
    return _task_item(action, str(action.owner), str(_("action")))


def _task_item(task: Any, who: str, label: str) -> Item:
    due = _("due on %(day)s") % {"day": date_format(task.due_on, "SHORT_DATE_FORMAT")} if task.due_on else ""
    late = _("overdue") if task.is_overdue else ""
    details = (task.short_reference, who, due, str(task.get_state_display()), late)
    return Item(
        task.title,
        task,
        label=label,
        detail=in_a_line(*details),
        url=task.get_absolute_url(),
        language=task.language,
        is_urgent=task.is_overdue or task.state in IN_DANGER,
    )


# --- agreements ----------------------------------------------------------------------------------------------------
def _articles(sight: Sight, meeting: Meeting, part: Part) -> None:
    under = {one.article.key for owed in sight.owed_at(meeting) for one in owed if one.article is not None}
    for agreement in sight.agreements_at(meeting).values():
        part.add(
            _article_items(sight, agreement, under),
            title=agreement.title,
            lead=in_a_line(agreement.reference, agreement.get_state_display()),
            url=agreement.get_absolute_url(),
            language=agreement.language,
            row=agreement,
        )


def _article_items(sight: Sight, agreement: Agreement, under: Iterable[str]) -> Iterator[Item]:
    texts = list(sight.text_today(agreement))
    is_short = len(texts) <= ARTICLES_OF_AN_AGREEMENT
    for one, row in texts:
        if not is_short and one.key not in under:
            continue
        changed_by = _("as changed by: %(agreement)s") % {"agreement": row.agreement.title} if one.changes else ""
        lines = plain_text(one.body).splitlines() or [""]
        for number, line in enumerate(lines, start=1):
            label = article_name(one.number, one.title) if number == 1 else ""
            detail = changed_by if number == len(lines) else ""
            yield Item(line, row, label=label, detail=detail, language=agreement.language)


# --- background ----------------------------------------------------------------------------------------------------
def _background(sight: Sight, meeting: Meeting, part: Part) -> None:
    lines = [line.strip() for line in meeting.purpose.splitlines() if line.strip()]
    part.add(Item(line, meeting, language=meeting.language) for line in lines)
    agenda = sight.agenda.get(meeting.pk, [])
    part.add(
        (
            Item(
                item.title,
                item,
                label=str(item.number),
                detail=in_a_line(item.lead, item.description),
                language=meeting.language,
            )
            for item in agenda
        ),
        title=_("Agenda"),
    )
    documents = sight.documents.get(meeting.pk, [])
    part.add(
        (Item(one.title, one, detail=str(one.owner or ""), language=meeting.language) for one in documents),
        title=_("Documents"),
    )


COMPILED: dict[BriefingSection, Callable[[Sight, Meeting, Part], None]] = {
    BriefingSection.OBJECTIVES: _objectives,
    BriefingSection.TALKING_POINTS: _talking_points,
    BriefingSection.LAST_TIME: _last_time,
    BriefingSection.OPEN_ITEMS: _open_items,
    BriefingSection.ARTICLES: _articles,
    BriefingSection.BACKGROUND: _background,
}
