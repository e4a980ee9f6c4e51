"""The forms of meetings."""

from meetings.forms.agenda import (
    LONGEST_ITEM_IN_MINUTES,
    AgendaItemForm,
    AskForDocumentForm,
    EditAgendaItemForm,
    HandInForm,
)
from meetings.forms.briefing import EditBriefingTextForm, NewBriefingTextForm
from meetings.forms.circulation import (
    AgreeForm,
    AnswerForm,
    CirculateForm,
    CommentForm,
    CorrigendumForm,
    DecideForm,
    ExtendForm,
)
from meetings.forms.filters import (
    MeetingFilters,
    VisitFilters,
)
from meetings.forms.invitations import CancelForm, DelegateForm, InvitationAnswerForm, InviteForm, WriteToDelegateForm
from meetings.forms.meetings import (
    AttendanceForm,
    EditMeetingForm,
    NewMeetingForm,
    a_time,
)
from meetings.forms.polls import NewPollForm, VoteForm
from meetings.forms.records import (
    EditParagraphForm,
    NewParagraphForm,
    OpenRecordForm,
    SpeakerField,
)
from meetings.forms.series import EditSeriesForm, EndSeriesForm, InviteToSeriesForm, NewSeriesForm
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
    "AgreeForm",
    "AnswerForm",
    "AskForDocumentForm",
    "AttendanceForm",
    "CancelForm",
    "CirculateForm",
    "CommentForm",
    "CorrigendumForm",
    "DecideForm",
    "DelegateForm",
    "EditAgendaItemForm",
    "EditBriefingTextForm",
    "EditEntryForm",
    "EditMeetingForm",
    "EditParagraphForm",
    "EditSeriesForm",
    "EditTemplateForm",
    "EditVisitForm",
    "EndSeriesForm",
    "ExtendForm",
    "HandInForm",
    "InvitationAnswerForm",
    "InviteForm",
    "InviteToSeriesForm",
    "LetterForm",
    "MeetingFilters",
    "MemberForm",
    "NewBriefingTextForm",
    "NewEntryForm",
    "NewMeetingForm",
    "NewParagraphForm",
    "NewPollForm",
    "NewSeriesForm",
    "NewTemplateForm",
    "NewVisitForm",
    "OpenRecordForm",
    "OutcomeForm",
    "ProgrammeForm",
    "SpeakerField",
    "VisitFilters",
    "VisitMeetingForm",
    "VoteForm",
    "WhoGoesForm",
    "WriteLettersForm",
    "WriteToDelegateForm",
    "a_time",
]
