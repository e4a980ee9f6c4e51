"""What changes state in meetings. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction."""

from coordination.services import StaleVersion
from meetings.services.meetings import (
    add_agenda_item,
    edit_meeting,
    note_attendance,
    remove_agenda_item,
    remove_attendance,
    schedule_meeting,
)
from meetings.services.records import (
    RECORD_TRANSITIONS,
    RECORD_VERBS,
    SPEAKER_FIELDS,
    TASK_KINDS,
    TASK_MAX_LENGTH,
    TEXT_MAX_LENGTH,
    add_paragraph,
    agree_record,
    circulate_record,
    edit_paragraph,
    keep_under_chatham_house,
    open_record,
    publish_record,
    remove_paragraph,
    reopen_record,
    steps_for,
)

__all__ = [
    "RECORD_TRANSITIONS",
    "RECORD_VERBS",
    "SPEAKER_FIELDS",
    "TASK_KINDS",
    "TASK_MAX_LENGTH",
    "TEXT_MAX_LENGTH",
    "StaleVersion",
    "add_agenda_item",
    "add_paragraph",
    "agree_record",
    "circulate_record",
    "edit_meeting",
    "edit_paragraph",
    "keep_under_chatham_house",
    "note_attendance",
    "open_record",
    "publish_record",
    "remove_agenda_item",
    "remove_attendance",
    "remove_paragraph",
    "reopen_record",
    "schedule_meeting",
    "steps_for",
]
