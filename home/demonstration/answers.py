"""What delegations have said of a record that is with them, and the briefing of the visit to come."""

from typing import Any

from home.demonstration import times
from meetings import services as meetings
from meetings.models import (
    AnswerKind,
    BriefingSection,
    CommentState,
    Paragraph,
    ParagraphKind,
    Record,
    RecordState,
    Visit,
)

# What is written in the pack beside what Accord compiles: of the visit, and of its first meeting.
OF_THE_VISIT = (
    (
        BriefingSection.INTRODUCTION,
        "Two days, three hosts. What is open from the last meetings comes first; new proposals are taken along and "
        "answered in writing.",
    ),
    (BriefingSection.PEOPLE, "The heads of the delegations change often. Ask at the door who comes, and note it."),
)
OF_THE_FIRST_MEETING = (
    (BriefingSection.OBJECTIVES, "A day for the exchange of statistics, and a name for each point that is open."),
    (
        BriefingSection.TALKING_POINTS,
        "Thank for the list of returned cases.\n\nAsk which of the overdue points need a letter from us.\n\nOffer the "
        "training that the police has asked for.",
    ),
)


def speak(cast: Any) -> None:
    """Of the latest record of the working group: FIA proposes a wording and agrees with a reservation, the ministry
    asks, is answered, and is still to say whether it agrees."""
    record = Record.objects.filter(space=cast.spaces["BM"], state=RecordState.CIRCULATED).latest("meeting__starts_at")
    said = Paragraph.objects.filter(section__record=record).select_related("section__record")
    decision, task = said.filter(kind=ParagraphKind.DECISION).first(), said.filter(kind=ParagraphKind.ACTION).first()
    wording = meetings.comment_on(
        cast.users["fia"],
        decision,
        text="So it was said at the table.",
        wording=f"{decision.text} The FIA reports on it at each meeting.",
    )
    question = meetings.comment_on(
        cast.users["moi"], task, text="Is the day that of the letter, or of the answer to it?"
    )
    meetings.decide_comment(
        cast.users["secretariat"],
        question,
        state=CommentState.DECLINED,
        version=task.version,
        reply="Of the letter; the text stays.",
    )
    awaited = meetings.last_round(record).answers.get(organisation=cast.organisations["FIA"])
    answer = meetings.answer_record(
        cast.users["fia"], record, kind=AnswerKind.RESERVATION, version=awaited.version,
        reservation="The FIA agrees as far as its budget of next year allows.",
    )  # fmt: skip
    for each in (wording, question, answer):
        cast.past.note(each, times.days_ago(2))


def brief(cast: Any) -> None:
    """The pack of the visit to come, begun by the secretariat."""
    officer = cast.users["secretariat"]
    visit = Visit.objects.filter(space=cast.spaces["PK"]).latest("starts_on")
    pack = meetings.begin_briefing(officer, visit)
    for section, text in OF_THE_VISIT:
        meetings.write_in_briefing(officer, pack, section=section, text=text)
    for section, text in OF_THE_FIRST_MEETING:
        first = visit.programme.select_related("meeting").first().meeting
        meetings.write_in_briefing(officer, pack, section=section, text=text, meeting=first)
