"""The forms of meetings."""

from meetings.forms.agenda import (
    LONGEST_ITEM_IN_MINUTES,
    AgendaItemForm,
    AskForDocumentForm,
    EditAgendaItemForm,
    HandInForm,
)
from meetings.forms.briefing import EditBriefingTextForm, NewBriefingTextForm
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
from meetings.forms.visits import (
    EditEntryForm,
    EditTemplateForm,
    EditVisitForm,
    LetterForm,
    MemberForm,
    NewEntryForm,
    NewTemplateForm,
    NewVisitForm,
    OutcomeForm,
    ProgrammeForm,
    VisitMeetingForm,
    WhoGoesForm,
    WriteLettersForm,
)

__all__ = [
    "LONGEST_ITEM_IN_MINUTES",
    "AgendaItemForm",
    "AskForDocumentForm",
    "AttendanceForm",
    "EditAgendaItemForm",
    "EditBriefingTextForm",
    "EditEntryForm",
    "EditMeetingForm",
    "EditParagraphForm",
    "EditTemplateForm",
    "EditVisitForm",
    "HandInForm",
    "LetterForm",
    "MeetingFilters",
    "MemberForm",
    "NewBriefingTextForm",
    "NewEntryForm",
    "NewMeetingForm",
    "NewParagraphForm",
    "NewTemplateForm",
    "NewVisitForm",
    "OpenRecordForm",
    "OutcomeForm",
    "ProgrammeForm",
    "ReopenForm",
    "SpeakerField",
    "VisitFilters",
    "VisitMeetingForm",
    "WhoGoesForm",
    "WriteLettersForm",
    "a_time",
]
