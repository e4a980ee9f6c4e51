"""The record of a meeting, live: what one rapporteur types or saves is on the others' screens within a second.

Discovered at start (discussion.topics). Frames carry only what their reader may read at that moment.
"""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coordination import access, audit
from discussion import frames, pokes
from discussion.frames import FrameError
from discussion.schema import of_object
from discussion.topics import Topic, register
from meetings.models import Attendance, Meeting, Paragraph, ParagraphDraft, Record, Section
from meetings.selectors import writing as selectors
from meetings.selectors.writing import Seen
from meetings.services import writing as services

MOST_STAMPS = 5000
DRAFTS = "drafts"


def _are_stamps(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) > MOST_STAMPS:
        return False
    return all(isinstance(stamp, str) and len(stamp) <= 12 for stamp in value.values())


SECTION: frames.Check = frames.NUMBER
KEY_OR_NONE = {"anyOf": [frames.KEY_SCHEMA, {"const": ""}]}
PARAGRAPH: frames.Check = (
    lambda value: value == "" or frames.KEY[0](value),
    gettext_lazy("This is not a key."),
    KEY_OR_NONE,
)
STAMPS: frames.Check = (
    _are_stamps,
    gettext_lazy("These are not the paragraphs of a page."),
    {"type": "object", "maxProperties": MOST_STAMPS, "additionalProperties": {"type": "string", "maxLength": 12}},
)
_TEXT, _FLAG, _KEYS = {"type": "string"}, {"type": "boolean"}, {"type": "array", "items": {"type": "string"}}
PARAGRAPH_SENT = of_object(
    {"key": frames.KEY_SCHEMA, "section": frames.NUMBER_SCHEMA, "after": KEY_OR_NONE, "html": _TEXT}
)
LOCK_SENT = of_object(
    {
        **dict.fromkeys(("name", "asked"), _TEXT),
        **dict.fromkeys(("mine", "asked_by_me"), _FLAG),
        **dict.fromkeys(("section", "seconds"), frames.NUMBER_SCHEMA),
    }
)
DRAFT_SENT = of_object(
    {
        "key": frames.SUBMISSION_SCHEMA,
        "paragraph": KEY_OR_NONE,
        "mine": _FLAG,
        **dict.fromkeys(("author", "kind", "label", "text"), _TEXT),
        **dict.fromkeys(("section", "number"), frames.NUMBER_SCHEMA),
    }
)


@register
class LiveRecord(Topic):
    kind = "record"
    model = Record
    follows_with: ClassVar[dict[str, frames.Check]] = {"has": STAMPS}
    sends: ClassVar[dict[str, dict[str, Any]]] = {
        "state": {"state": _TEXT, "label": _TEXT, "writes": _FLAG},
        "paragraphs": {"paragraphs": {"type": "array", "items": PARAGRAPH_SENT}, "gone": _KEYS, "more": _FLAG},
        "locks": {"locks": {"type": "array", "items": LOCK_SENT}},
        "drafts": {"drafts": {"type": "array", "items": DRAFT_SENT}, "gone": _KEYS},
        "sections": {"sections": {"type": "array", "items": frames.NUMBER_SCHEMA}},
        "done": {
            "deed": _TEXT,
            "section": frames.NUMBER_SCHEMA,
            "key": frames.SUBMISSION_SCHEMA,
            "number": frames.NUMBER_SCHEMA,
        },
        "closed": {},
    }
    optional = ("key", "number")
    deeds: ClassVar[dict[str, dict[str, frames.Check]]] = {
        "take": {"section": SECTION},
        "release": {"section": SECTION},
        "ask": {"section": SECTION},
        "keep": {"section": SECTION},
        "type": {
            "section": SECTION,
            "key": frames.SUBMISSION,
            "paragraph": PARAGRAPH,
            "kind": frames.TEXT,
            "text": frames.TEXT,
            "number": frames.NUMBER,
        },
        "drop": {"key": frames.SUBMISSION},
    }

    # --- reading ---------------------------------------------------------------------------------------------------
    def find(self, user: User, key: str) -> Record | None:
        return Record.objects.of_live_meetings().readable_by(user).filter(meeting__key=key).first()

    def memory(self, frame: dict[str, Any]) -> Seen:
        return Seen(paragraphs=dict(frame["has"]))

    def fetch(self, user: User, pk: int, memory: Seen, aspects: set[str]) -> list[dict[str, Any]] | None:
        record = Record.objects.of_live_meetings().readable_by(user).filter(pk=pk).first()
        if record is None:
            return None
        if not aspects:
            return []
        with access.answering(lambda: user):
            return [{**frame, "record": record.meeting.key} for frame in _news(record, user, memory, aspects)]

    # --- doing -----------------------------------------------------------------------------------------------------
    def deal_with(self, user: User, deed: str, frame: dict[str, Any]) -> dict[str, Any] | None:
        echo = {name: frame[name] for name in ("key", "section") if name in frame}
        try:
            record = self.find(user, frame["record"])
            if record is None or not access.can(user, "record", record):
                raise FrameError("not_found", "record", _("There is no such record."), **echo)
            if deed == "drop":
                services.drop_draft(user, record, UUID(frame["key"]))
                return None
            section = Section.objects.readable_by(user).filter(record=record, pk=frame["section"]).first()
            if section is None:
                raise FrameError("not_found", "section", _("There is no such section."), **echo)
            section.record = record
            return self._deal_in(user, section, deed, frame)
        except services.SectionTaken as refusal:
            raise FrameError("taken", "section", " ".join(refusal.messages), **echo) from refusal
        except ValidationError as refusal:
            raise FrameError("invalid", "text", " ".join(refusal.messages), **echo) from refusal
        except PermissionDenied as refusal:
            raise FrameError("forbidden", "record", _("You may read here, and not write."), **echo) from refusal

    def _deal_in(self, user: User, section: Section, deed: str, frame: dict[str, Any]) -> dict[str, Any] | None:
        answer = {"type": "record.done", "record": frame["record"], "deed": deed, "section": section.pk}
        if deed == "take":
            services.take_section(user, section)
        elif deed == "release":
            services.release_section(user, section)
        elif deed == "ask":
            services.ask_for_section(user, section)
        elif deed == "keep":
            services.keep_section(user, section)
        else:
            _keep_draft(user, section, frame)
            answer |= {"key": frame["key"], "number": frame["number"]}
        return answer


def _keep_draft(user: User, section: Section, frame: dict[str, Any]) -> None:
    paragraph = Paragraph.objects.filter(section=section, key=frame["paragraph"]).first()
    if frame["paragraph"] and paragraph is None:
        raise ValidationError(_("This paragraph is not there any more."))
    services.keep_draft(
        user,
        section,
        UUID(frame["key"]),
        text=frame["text"],
        kind=frame["kind"],
        paragraph=paragraph,
        number=frame["number"],
    )


# --- what is new for a page ------------------------------------------------------------------------------------------
def _news(record: Record, user: User, seen: Seen, aspects: set[str]) -> Iterator[dict[str, Any]]:
    """The frames that bring a page from what it has to what there is. Only drafts, where only they have changed."""
    writes = selectors.may_write(record, user)
    sections = selectors.readable_sections(record, user)
    if aspects != {DRAFTS}:
        yield from _state(record, writes, sections, seen)
        yield from _paragraphs(record, user, writes, sections, seen)
        yield from _locks(record, user, sections, seen)
    yield from _drafts(user, sections if writes else [], seen)


def _state(record: Record, writes: bool, sections: list[int], seen: Seen) -> Iterator[dict[str, Any]]:
    state = (record.state, writes, record.followed_along)
    if seen.state != state:
        seen.state = state
        label = str(record.get_state_display())
        yield {"type": "record.state", "state": record.state, "label": label, "writes": writes}
    if seen.sections is not None and seen.sections != sections:
        yield {"type": "record.sections", "sections": sections}
    seen.sections = sections


def _paragraphs(record: Record, user: User, writes: bool, sections: list[int], seen: Seen) -> Iterator[dict[str, Any]]:
    there = selectors.places(record, user, sections)
    keys = {place.key for place in there}
    gone = [key for key in seen.paragraphs if key not in keys]
    new = [place for place in there if seen.paragraphs.get(place.key) != place.stamp]
    if not gone and not new:
        return
    part = new[: selectors.PARAGRAPHS_IN_A_FRAME]
    shown = selectors.paragraphs_shown(record, user, [place.key for place in part]) if part else {}
    told = []
    for place in part:
        if place.key in shown:
            context = {"paragraph": shown[place.key], "record": record, "may_write": writes, "stamp": place.stamp}
            html = render_to_string("meetings/record_write_paragraph.html", context)
            told.append({"key": place.key, "section": place.section, "after": place.after, "html": html})
            seen.paragraphs[place.key] = place.stamp
    for key in gone:
        del seen.paragraphs[key]
    yield {"type": "record.paragraphs", "paragraphs": told, "gone": gone, "more": len(part) < len(new)}


def _locks(record: Record, user: User, sections: list[int], seen: Seen) -> Iterator[dict[str, Any]]:
    locks = selectors.locks_shown(user, sections) if record.is_draft else []
    if locks != seen.locks:
        seen.locks = locks
        yield {"type": "record.locks", "locks": locks}


def _drafts(user: User, sections: list[int], seen: Seen) -> Iterator[dict[str, Any]]:
    drafts = {str(draft.submission): draft for draft in selectors.drafts_of(sections)}
    marks = {key: (draft.author_id, draft.number) for key, draft in drafts.items()}
    gone = [key for key in seen.drafts if key not in marks]
    new = [_draft_shown(drafts[key], user) for key, mark in marks.items() if seen.drafts.get(key) != mark]
    seen.drafts = marks
    if new or gone:
        yield {"type": "record.drafts", "drafts": new, "gone": gone}


def _draft_shown(draft: ParagraphDraft, user: User) -> dict[str, Any]:
    return {
        "key": str(draft.submission),
        "section": draft.section_id,
        "paragraph": draft.paragraph.key if draft.paragraph else "",
        "author": draft.author.name,
        "mine": draft.author_id == user.pk,
        "kind": draft.kind,
        "label": str(draft.get_kind_display()),
        "text": draft.text,
        "number": draft.number,
    }


# --- telling the open pages ------------------------------------------------------------------------------------------
def _on_deed(*, obj: Any, **_signal: Any) -> None:
    """Whatever the trail hears of a record, its parts, its meeting or who attended."""
    record_id = _record_of(obj)
    if record_id is not None:
        services.tell(record_id)


def _record_of(obj: Any) -> int | None:
    if isinstance(obj, Record):
        return obj.pk
    if isinstance(obj, Section):
        return obj.record_id
    if isinstance(obj, Paragraph):
        return obj.section.record_id
    if isinstance(obj, Meeting | Attendance):
        meeting_id = obj.pk if isinstance(obj, Meeting) else obj.meeting_id
        return Record.objects.filter(meeting=meeting_id).values_list("pk", flat=True).first()
    return None


def _on_writing(*, record_id: int, what: str, **_signal: Any) -> None:
    pokes.topic_changed(LiveRecord.kind, record_id, what)


audit.happened.connect(_on_deed, dispatch_uid="meetings.live")
services.changed.connect(_on_writing, dispatch_uid="meetings.live")
