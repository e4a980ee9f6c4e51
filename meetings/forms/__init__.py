"""The forms of meetings."""

from meetings.forms.filters import (
    MeetingFilters,
    VisitFilters,
)
from meetings.forms.meetings import (
    LONGEST_ITEM_IN_MINUTES,
    AgendaItemForm,
    AttendanceForm,
    EditMeetingForm,
    NewMeetingForm,
    a_time,
)
from meetings.forms.records import (
    EditParagraphForm,
    NewParagraphForm,
    OpenRecordForm,
    ReopenForm,
    SpeakerField,
)

__all__ = [
    "LONGEST_ITEM_IN_MINUTES",
    "AgendaItemForm",
    "AttendanceForm",
    "EditMeetingForm",
    "EditParagraphForm",
    "MeetingFilters",
    "NewMeetingForm",
    "NewParagraphForm",
    "OpenRecordForm",
    "ReopenForm",
    "SpeakerField",
    "VisitFilters",
    "a_time",
]
