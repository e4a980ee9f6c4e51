from meetings.models.agenda import AgendaDocument, AgendaItem
from meetings.models.meetings import (
    Attendance,
    AttendanceRole,
    Meeting,
    MeetingKind,
    MeetingLevel,
    MeetingQuerySet,
    Participant,
    check_post,
    named,
)
from meetings.models.records import Paragraph, ParagraphKind, Record, RecordState, Section
from meetings.models.visits import (
    ItineraryEntry,
    ItineraryKind,
    Letter,
    LetterTemplate,
    Visit,
    VisitMeeting,
    VisitMember,
)

__all__ = [
    "AgendaDocument",
    "AgendaItem",
    "Attendance",
    "AttendanceRole",
    "ItineraryEntry",
    "ItineraryKind",
    "Letter",
    "LetterTemplate",
    "Meeting",
    "MeetingKind",
    "MeetingLevel",
    "MeetingQuerySet",
    "Paragraph",
    "ParagraphKind",
    "Participant",
    "Record",
    "RecordState",
    "Section",
    "Visit",
    "VisitMeeting",
    "VisitMember",
    "check_post",
    "named",
]
