from meetings.views.meetings import (
    agenda_item_remove,
    attendance_remove,
    meeting_agenda,
    meeting_attendance,
    meeting_calendar,
    meeting_detail,
    meeting_edit,
    meeting_list,
    meeting_new,
)
from meetings.views.records import (
    paragraph_edit,
    paragraph_new,
    paragraph_remove,
    record_detail,
    record_move,
    record_open,
    record_under_the_rule,
)
from meetings.views.visits import visit_detail, visit_list

__all__ = [
    "agenda_item_remove",
    "attendance_remove",
    "meeting_agenda",
    "meeting_attendance",
    "meeting_calendar",
    "meeting_detail",
    "meeting_edit",
    "meeting_list",
    "meeting_new",
    "paragraph_edit",
    "paragraph_new",
    "paragraph_remove",
    "record_detail",
    "record_move",
    "record_open",
    "record_under_the_rule",
    "visit_detail",
    "visit_list",
]
