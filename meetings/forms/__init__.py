"""The forms of meetings."""

from meetings.forms.agenda import (
    LONGEST_ITEM_IN_MINUTES,
    AgendaItemForm,
    AskForDocumentForm,
    EditAgendaItemForm,
    HandInForm,
)
from meetings.forms.filters import (
    MeetingFilters,
    VisitFilters,
)
from meetings.forms.meetings import (
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
    "AskForDocumentForm",
    "AttendanceForm",
    "EditAgendaItemForm",
    "EditMeetingForm",
    "EditParagraphForm",
    "HandInForm",
    "MeetingFilters",
    "NewMeetingForm",
    "NewParagraphForm",
    "OpenRecordForm",
    "ReopenForm",
    "SpeakerField",
    "VisitFilters",
    "a_time",
]
