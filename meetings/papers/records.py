"""Records on paper: one, or many compiled into one document."""

from collections.abc import Iterable, Sequence

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import languages
from meetings.models import Meeting, RecordState
from meetings.papers.copies import CopiedParagraph, RecordCopy
from meetings.papers.layout import Paper, narrowest


def paper_of(copy: RecordCopy) -> Paper:
    """The record in the house layout, in the language that its reader reads the site in."""
    meeting = copy.meeting
    paper = Paper(
        title=meeting.title,
        title_language=copy.record.language,
        kicker=_("Record"),
        marking=copy.marking,
        language=languages.current(),
        foot=_foot(),
        facts=_facts(copy),
        notes=_notes(copy),
        illustrative=copy.record.illustrative,
    )
    _write(paper, copy, level=2, anchor="")
    return paper


def compiled(title: str, copies: Sequence[RecordCopy], facts: Iterable[tuple[str, str]] = ()) -> Paper:
    """Many records in one document, with contents; marked as the narrowest of them is."""
    paper = Paper(
        title=title,
        kicker=_("Records"),
        marking=narrowest(copy.marking for copy in copies),
        language=languages.current(),
        foot=_foot(),
        facts=list(facts),
        illustrative=any(copy.record.illustrative for copy in copies),
        with_contents=True,
    )
    for number, copy in enumerate(copies):
        if number:
            paper.new_page()
        anchor = f"record-{number + 1}"
        day = formats.date_format(copy.meeting.day, "DATE_FORMAT")
        paper.heading(
            f"{copy.meeting.title} ({day})", level=1, anchor=anchor, marking=copy.marking, language=copy.record.language
        )
        paper.table([], [list(fact) for fact in _facts(copy) if fact[1]])
        for note in _notes(copy):
            paper.text(note, style="note")
        _write(paper, copy, level=2, anchor=anchor)
    return paper


def _foot() -> str:
    day = formats.date_format(timezone.localdate(), "DATE_FORMAT")
    return _("Copy of %(day)s from Accord") % {"day": day}


def when(meeting: Meeting) -> str:
    """When it is, by the clock of the place: paper does not know where it will be read."""
    starts, ends = meeting.starts_there, meeting.ends_at.astimezone(meeting.zone)
    first = formats.date_format(starts, "DATE_FORMAT")
    last = "" if ends.date() == starts.date() else formats.date_format(ends, "DATE_FORMAT") + ", "
    return f"{first}, {starts:%H:%M} – {last}{ends:%H:%M} ({meeting.time_zone})"


def _facts(copy: RecordCopy) -> list[tuple[str, str]]:
    meeting, record = copy.meeting, copy.record
    since = formats.date_format(timezone.localdate(record.state_since), "DATE_FORMAT")
    state = _("%(state)s since %(day)s") % {"state": record.get_state_display(), "day": since}
    return [
        (_("When"), when(meeting)),
        (_("Place"), meeting.place),
        (_("Kind"), str(meeting.get_kind_display())),
        (_("Organiser"), meeting.organiser.name),
        (_("State"), state),
        (_("Agreed by"), "\n".join(copy.agreed_by)),
    ]


def _notes(copy: RecordCopy) -> list[str]:
    notes = []
    if copy.record.state == RecordState.DRAFT:
        notes.append(_("A draft. It has not been circulated."))
    elif copy.record.state == RecordState.CIRCULATED:
        notes.append(_("Circulated. It has not been agreed yet."))
    if copy.record.chatham_house:
        notes.append(
            _("Kept under the Chatham House Rule: what was said may be told, not who said it or who was there.")
        )
    return notes


def _write(paper: Paper, copy: RecordCopy, *, level: int, anchor: str) -> None:
    language = copy.record.language
    prefix = f"{anchor}-" if anchor else ""
    for section in copy.sections:
        if section.heading:
            paper.heading(
                section.heading,
                level=level,
                anchor=f"{prefix}section-{section.number}",
                marking=section.marking,
                language=language,
            )
        else:
            paper.heading(_("What was said"), level=level, marking=section.marking)
        for paragraph in section.paragraphs:
            _write_paragraph(paper, paragraph, language)
        if not section.paragraphs:
            paper.text(_("Nothing is written here."), style="small")
    _write_annexes(paper, copy, level=level, prefix=prefix)


def _write_paragraph(paper: Paper, paragraph: CopiedParagraph, language: str) -> None:
    spoken = bool(paragraph.speaker or paragraph.on_behalf_of or paragraph.names_withheld)
    is_plain = paragraph.kind == "summary"
    paper.text(
        paragraph.text,
        style="quote" if spoken else "",
        label="" if is_plain else paragraph.label[:1].upper() + paragraph.label[1:],
        byline=speaker_of(paragraph) if spoken else _tasks_of(paragraph),
        language=language,
    )


def speaker_of(paragraph: CopiedParagraph) -> str:
    """Who said it, as far as the reader may know."""
    if paragraph.names_withheld:
        return _("A participant")
    if not paragraph.on_behalf_of:
        return paragraph.speaker
    behalf = _("on behalf of %(name)s") % {"name": paragraph.on_behalf_of}
    return f"{paragraph.speaker} {behalf}".strip()


def _tasks_of(paragraph: CopiedParagraph) -> str:
    parts = []
    for task in paragraph.tasks:
        due = _("due %(day)s") % {"day": formats.date_format(task.due_on, "DATE_FORMAT")} if task.due_on else ""
        parts.append(" · ".join(filter(None, [task.who, due, task.reference])))
    return "; ".join(parts)


def _write_annexes(paper: Paper, copy: RecordCopy, *, level: int, prefix: str) -> None:
    language = copy.record.language
    writers = [
        (bool(copy.reservations), _("Reservations"), lambda: _write_reservations(paper, copy)),
        (any(one.corrigenda for one in copy.paragraphs), _("Corrigenda"), lambda: _write_corrigenda(paper, copy)),
        (
            bool(copy.participants),
            _("Participants"),
            lambda: paper.table(
                [_("Organisation"), _("Name and post"), _("Role")],
                [[one.organisation, one.name, one.role] for one in copy.participants],
            ),
        ),
        (
            any(one.tasks for one in copy.paragraphs),
            _("What is to be done"),
            lambda: paper.table(
                [_("Reference"), _("What"), pgettext("who does it", "By whom"), _("Due")],
                [
                    [task.reference, task.what, task.who, formats.date_format(task.due_on) if task.due_on else ""]
                    for one in copy.paragraphs
                    for task in one.tasks
                ],
                language=language,
            ),
        ),
        (bool(copy.documents), _("Documents"), lambda: paper.points(copy.documents, language=language)),
    ]
    number = 0
    for is_there, title, write in writers:
        if is_there:
            number += 1
            heading = _("Annex %(number)d: %(title)s") % {"number": number, "title": title}
            paper.heading(heading, level=level, anchor=f"{prefix}annex-{number}")
            write()


def _write_reservations(paper: Paper, copy: RecordCopy) -> None:
    for one in copy.reservations:
        paper.text(one.text, style="quote", byline=one.whose or _("A participant"), language=copy.record.language)


def _write_corrigenda(paper: Paper, copy: RecordCopy) -> None:
    for section in copy.sections:
        for paragraph in section.paragraphs:
            before = paragraph.text
            for one in paragraph.corrigenda:
                day = formats.date_format(one.on, "DATE_FORMAT")
                paper.text(f"{section.heading or _('What was said')} · {day}", style="small")
                paper.text(before, label=_("Instead of"), language=copy.record.language)
                paper.text(one.text, label=_("Read"), byline=one.reason, language=copy.record.language)
                before = one.text
