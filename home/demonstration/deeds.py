"""What the people of the demonstration do: agree, meet, follow up, talk. Everything here goes through the services."""

import uuid
from datetime import date, timedelta
from typing import Any

from coordination import audit
from coordination import services as coordination
from coordination.models import (
    Action,
    ActionState,
    Agreement,
    AgreementKind,
    AgreementState,
    Article,
    Commitment,
    CommitmentState,
    Marking,
    Party,
    Post,
    Space,
)
from discussion import services as discussion
from discussion.models import Message, Thread
from home.demonstration import follow_up as told
from home.demonstration import progress, series, times
from home.demonstration import talk as talks
from meetings import services as meetings
from meetings.models import (
    AttendanceRole,
    Meeting,
    MeetingKind,
    ParagraphKind,
    Record,
    Visit,
    VisitMeeting,
    VisitMember,
)

# What an owner says when the state changes, by language.
SAYINGS = {
    ActionState.IN_PROGRESS: {"en": "We have begun.", "ru": "Работа начата.", "ur": "کام شروع کر دیا گیا ہے۔"},
    ActionState.WAITING: {"en": "We wait for an answer.", "ru": "Ожидаем ответа.", "ur": "جواب کا انتظار ہے۔"},
    ActionState.DONE: {"en": "Done.", "ru": "Выполнено.", "ur": "مکمل ہو گیا۔"},
    ActionState.CANCELLED: {"en": "No longer needed.", "ru": "Больше не требуется.", "ur": "اب ضرورت نہیں۔"},
}
# Why an action waits, and on whom.
WAITING_FOR = {
    "en": ("Asked in writing; no answer so far.", "the department for procurement"),
    "ru": ("Запрос направлен, ответа пока нет.", "отдел закупок"),
    "ur": ("تحریری طور پر پوچھا گیا ہے، ابھی جواب نہیں آیا۔", "شعبۂ خریداری"),
}


# --- agreements ----------------------------------------------------------------------------------------------------
def agree(cast: Any) -> None:
    """The reported agreement of 2020, and the illustrative ones."""
    fact = cast.facts["agreement"]
    _agreement(
        cast,
        told.Text(
            "2020", "PK", f"{fact['title']} ({fact['year']})", AgreementKind.COOPERATION, AgreementState.IN_FORCE,
            ("MoFA", "ICMPD"), None, None,
            f"Reported: the agreement of {fact['year']}; {fact['effect']}. Illustrative: parties as shown here, "
            "signatures, days, notice and renewal, state, the text of the articles, and the protocol that amends it.",
            told.ARTICLES_OF_2020,
        ),
        reference=str(fact["year"]),
    )  # fmt: skip
    for text in told.AGREEMENTS:
        _agreement(cast, text)


def _agreement(cast: Any, text: told.Text, **fields: Any) -> None:
    signed = times.day(text.signed) if text.signed is not None else None
    agreement = Agreement(
        title=text.title,
        kind=text.kind,
        state=text.state,
        summary=f"<p>{text.summary}</p>",
        signed_on=signed,
        in_force_from=signed if text.state == AgreementState.IN_FORCE else None,
        in_force_until=times.day(text.until) if text.until is not None else None,
        language=text.language,
        illustrative=True,
        owner=cast.users["chair"],
        **fields,
    )
    agreement.topics = [cast.topics["border-management" if text.room == "BM" else "labour-mobility"]]
    agreement.parties = [Party(organisation=cast.organisations[one]) for one in text.parties]
    agreement.articles = [
        Article(number=number, title=title, body=f"<p>{body}</p>") for number, title, body in text.articles
    ]
    cast.spaces[text.room].add_child(instance=agreement)
    audit.record(cast.users["chair"], "agreement written", agreement, after={"title": agreement.title})
    cast.agreements[text.key] = agreement


# --- visits --------------------------------------------------------------------------------------------------------
def visit(cast: Any) -> None:
    """The reported visit with its meetings and the topics that the report names; and one to come, illustrative."""
    _reported_visit(cast)
    _visit_to_come(cast)


def _reported_visit(cast: Any) -> None:
    first, last = times.MONTH_OF_THE_REPORT
    held = []
    for number, fact in enumerate(cast.facts["visit"]["meetings"]):
        host = fact["with"][0]
        starts = times.moment(first, 9 + number * 2, "Asia/Karachi")
        meeting = meetings.schedule_meeting(
            cast.users["secretariat"],
            cast.spaces["PK"],
            title=f"Meeting of the ICMPD Director General with {' and '.join(fact['with'])}",
            kind=MeetingKind.BILATERAL,
            level="political",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            time_zone="Asia/Karachi",
            place=fact.get("place", ""),
            organiser=cast.organisations[host],
            purpose="As reported in September 2023. The report gives no day and no hour: those shown stand for them.",
        )
        for topic in fact["topics"] or ["Meeting"]:
            meetings.add_agenda_item(cast.users["secretariat"], meeting, title=topic[0].upper() + topic[1:])
        head = cast.reported_posts["ICMPD"]
        meetings.note_attendance(
            cast.users["secretariat"], meeting, organisation=head.organisation, post=head, role=AttendanceRole.HEAD
        )
        for one in fact["with"]:
            meetings.note_attendance(cast.users["secretariat"], meeting, organisation=cast.organisations[one])
        _publish_what_was_reported(cast, meeting, fact)
        coordination.change_marking(
            cast.users["chair"], meeting, Marking.GREEN, reason="What the report says of it is public."
        )
        cast.past.note(meeting, starts)
        held.append(meeting)
    _visit_page(
        cast,
        Visit(
            title=f"{cast.facts['visit']['title']}, September 2023",
            organisation=cast.organisations["ICMPD"],
            country_id="PK",
            starts_on=first,
            ends_on=last,
            time_zone="Asia/Karachi",
            objectives="As reported in September 2023; the report names no days, so the month stands for them.",
        ),
        held,
        cast.reported_posts["ICMPD"],
    )


def _publish_what_was_reported(cast: Any, meeting: Meeting, fact: dict[str, Any]) -> None:
    """A record that says what the report says, and puts no words into anybody's mouth."""
    topics = ", ".join(fact["topics"])
    said = f"The report names as topics: {topics}." if topics else "The report names no topics for this meeting."
    record = meetings.open_record(cast.users["secretariat"], meeting)
    section = record.sections.first()
    meetings.add_paragraph(cast.users["secretariat"], section, kind=ParagraphKind.SUMMARY, text=said)
    meetings.circulate_record(cast.users["secretariat"], record)
    meetings.agree_record(cast.users["chair"], record, reason="It was agreed at the table.")
    meetings.publish_record(cast.users["chair"], record)
    coordination.change_marking(cast.users["chair"], record, Marking.GREEN, reason="What the report says is public.")
    cast.past.note(record, meeting.ends_at)


def _agenda(cast: Any, meeting: Any, host: str) -> None:
    """Three items, one of them with a document that the host is to send before the meeting."""
    for title, minutes, outcome in (
        ("Opening", 15, ""),
        ("What is open since the last meeting", 60, "A day and a name for each point that is open"),
        ("Next steps", 30, "The date of the next meeting"),
    ):
        item = meetings.add_agenda_item(
            cast.users["secretariat"], meeting, title=title, lead=cast.organisations[host], minutes=minutes,
            expected_outcome=outcome,
        )  # fmt: skip
        if minutes == 60:
            due = meeting.day - timedelta(days=3)
            meetings.ask_for_document(
                cast.users["secretariat"], item, title="List of open points", owner=cast.organisations[host], due_on=due
            )


def _visit_to_come(cast: Any) -> None:
    coming = []
    for offset, hour, host, title in (
        (24, 10, "MoI", "Delegation visit: irregular migration and data"),
        (24, 15, "FIA", "Delegation visit: modernisation of crossing points"),
        (25, 11, "OP&HRD", "Delegation visit: the centre in Peshawar and new destinations"),
    ):
        starts = times.moment(times.day(offset), hour, "Asia/Karachi")
        meeting = meetings.schedule_meeting(
            cast.users["secretariat"],
            cast.spaces["PK"],
            title=title,
            kind=MeetingKind.BILATERAL,
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            time_zone="Asia/Karachi",
            place="Islamabad",
            organiser=cast.organisations[host],
            illustrative=True,
        )
        _agenda(cast, meeting, host)
        for one in (host, "ICMPD"):
            post = cast.posts[one][0]
            meetings.note_attendance(
                cast.users["secretariat"], meeting, organisation=post.organisation, post=post, role=AttendanceRole.HEAD
            )
        cast.past.note(meeting, times.days_ago(6))
        coming.append(meeting)
    _visit_page(
        cast,
        Visit(
            title="Visit of an ICMPD delegation to Islamabad",
            organisation=cast.organisations["ICMPD"],
            country_id="PK",
            starts_on=times.day(24),
            ends_on=times.day(25),
            time_zone="Asia/Karachi",
            objectives="Take stock of what is open, and agree on the opening in Peshawar.",
            illustrative=True,
        ),
        coming,
        cast.posts["ICMPD"][0],
    )


def _visit_page(cast: Any, page: Visit, held: list[Meeting], head: Post) -> None:
    page.owner = cast.users["secretariat"]
    page.programme = [VisitMeeting(meeting=meeting) for meeting in held]
    cast.spaces["PK"].add_child(instance=page)
    VisitMember.objects.create(visit=page, organisation=head.organisation, post=head, role=AttendanceRole.HEAD)
    audit.record(cast.users["secretariat"], "visit planned", page, after={"title": page.title})


# --- meetings and their records ------------------------------------------------------------------------------------
def meet(cast: Any) -> None:
    for entry in series.SERIES:
        for index, offset in enumerate(entry.days):
            _meeting(cast, entry, index, offset)


def _meeting(cast: Any, entry: series.Series, index: int, offset: int) -> None:
    officer = cast.users["secretariat"]
    starts = times.moment(times.day(offset), entry.hour, entry.zone)
    items = _items_of(entry, index)
    meeting = meetings.schedule_meeting(
        officer,
        cast.spaces[entry.room],
        title=entry.title.format(n=index + 1),
        kind=entry.kind,
        level="technical",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        time_zone=entry.zone,
        place=entry.place,
        organiser=cast.organisations[entry.organiser],
        language=entry.language,
        illustrative=True,
        topics={cast.topics[item.topic] for item in items},
    )
    cast.past.note(meeting, starts - timedelta(days=30))
    for item in items:
        lead = cast.organisations[item.task.owner]
        meetings.add_agenda_item(officer, meeting, title=item.title, lead=lead, minutes=40)
    for party in entry.parties:
        post = cast.posts[party][0]
        meetings.note_attendance(officer, meeting, organisation=post.organisation, post=post, role=AttendanceRole.HEAD)
    if offset < 0:
        _record(cast, entry, meeting, items, is_latest=entry.days[index + 1] > 0)


def _items_of(entry: series.Series, index: int) -> list[series.Item]:
    """The items of the series in turn; the longer series take three a meeting. The latest record has the first."""
    each = 3 if len(entry.items) > 4 else 2
    latest = max(place for place, offset in enumerate(entry.days) if offset < 0)
    return [entry.items[((index - latest) * each + step) % len(entry.items)] for step in range(each)]


def _record(cast: Any, entry: series.Series, meeting: Meeting, items: list[series.Item], *, is_latest: bool) -> None:
    """The record of a past meeting, with what was given to whom. The latest is circulated, those before are agreed."""
    officer, chair = cast.users["secretariat"], cast.users["chair"]
    record = meetings.open_record(officer, meeting, chatham_house=entry.chatham_house)
    for section, item in zip(record.sections.all(), items, strict=True):
        speaker, on_behalf_of, words = item.statement
        for kind, text, more in (
            (ParagraphKind.SUMMARY, item.summary, {}),
            (
                ParagraphKind.STATEMENT,
                words,
                {"speaker_post": cast.posts[speaker][0], "on_behalf_of": cast.organisations[on_behalf_of]},
            ),
            (ParagraphKind.DECISION, item.decision, {}),
            (
                ParagraphKind.ACTION,
                item.task.title,
                {"owner": cast.organisations[item.task.owner], "due_on": _due(meeting, item.task, is_latest)},
            ),
        ):
            paragraph = meetings.add_paragraph(officer, section, kind=kind, text=text, **more)
            cast.past.note(paragraph, meeting.ends_at)
    meetings.circulate_record(officer, record, due_on=times.day(6) if is_latest else None)
    if not is_latest:
        meetings.agree_record(chair, record, reason="It was agreed at the table.")
    for noted in (record, meetings.last_round(record)):
        cast.past.note(noted, meeting.ends_at + timedelta(days=4))
    _move_what_was_given(cast, entry, record, items, is_latest=is_latest)


def _due(meeting: Meeting, task: series.Task, is_latest: bool) -> date:
    """Counted from the meeting; what the latest meeting gave may count from today, to be overdue or near."""
    if is_latest and task.due is not None:
        return times.day(task.due)
    return meeting.day + timedelta(days=task.days)


def _move_what_was_given(
    cast: Any, entry: series.Series, record: Record, items: list[series.Item], *, is_latest: bool
) -> None:
    """What older meetings gave is done by now; what the latest gave is where the table says."""
    for item in items:
        state = item.task.state if is_latest else ActionState.DONE
        action = Action.objects.get(
            source_id__in=record.sections.values("paragraphs"), title=item.task.title, space=record.space
        )
        cast.past.note(action, record.meeting.ends_at)
        if state == ActionState.OPEN:
            continue
        words = SAYINGS[state][entry.language]
        waits = _on_whom(state, entry.language)
        update = coordination.report_on_action(cast.user_of(item.task.owner), action, text=words, state=state, **waits)
        cast.past.note(update, record.meeting.ends_at + timedelta(days=item.task.days // 2))


# --- commitments and actions ---------------------------------------------------------------------------------------
def follow_up(cast: Any) -> None:
    """The commitments under the agreements, and the actions that come from no record."""
    for entry in told.COMMITMENTS:
        _commitment(cast, entry)
    for room, actions in told.LOOSE_ACTIONS.items():
        for title, owner, due, state, language in actions:
            give(cast, cast.spaces[room], title, owner, due, state, language)
    _mark_some_narrower(cast)


def _commitment(cast: Any, entry: told.Undertaking) -> None:
    agreement = cast.agreements.get(entry.agreement)
    said = {"target_in_words": entry.target, "due_on": times.day(entry.due)}
    commitment = coordination.make_commitment(
        cast.users["chair"],
        cast.spaces[entry.room],
        title=entry.title,
        party=cast.organisations[entry.party],
        owed_to=cast.organisations[entry.owed_to],
        article=agreement.articles.get(number=entry.article) if agreement else None,
        indicator=entry.indicator,
        language="ru" if entry.room in ("KZ", "KG", "UZ", "TJ") else "en",
        illustrative=True,
        **{**said, **progress.numbers_of(cast, entry.title, entry.due)},
    )
    cast.past.note(commitment, times.days_ago(max(160 - entry.due, 30)))
    text = entry.report or SAYINGS[ActionState.IN_PROGRESS][commitment.language]
    told_once = progress.Told(8, None, text, entry.state) if entry.state != CommitmentState.NOT_STARTED else None
    progress.report_on(cast, commitment, entry.party, told_once)


def give(
    cast: Any, space: Space, title: str, owner: str, due: int, state: str, language: str, source: Any = None
) -> Action:
    """An action for `owner`, due so many days from today, moved to `state` by its owner."""
    action = coordination.create_action(
        cast.users["chair"],
        space,
        title=title,
        owner=cast.organisations[owner],
        # A fortnight and more, as long for the same action in every demonstration.
        starts_on=times.day(due - 14 - len(title) % 25),
        due_on=times.day(due),
        language=language,
        illustrative=True,
        source=source,
    )
    given = times.days_ago(max(20 - due, 4))
    cast.past.note(action, given)
    if state != ActionState.OPEN:
        update = coordination.report_on_action(
            cast.user_of(owner), action, text=SAYINGS[state][language], state=state, **_on_whom(state, language)
        )
        cast.past.note(update, given + timedelta(days=3))
    return action


def _on_whom(state: str, language: str) -> dict[str, str]:
    """What is said besides of an action that becomes waiting."""
    if state != ActionState.WAITING:
        return {}
    reason, whom = WAITING_FOR[language]
    return {"waiting_reason": reason, "waiting_for_text": whom}


def _mark_some_narrower(cast: Any) -> None:
    """One action for two organisations only, one for two persons only: the narrow markings are seen at work."""
    chair = cast.users["chair"]
    for title, marking, named in (
        ("List the radio channels", Marking.AMBER_STRICT, {"organisations": ["MoI", "ICMPD"]}),
        ("Send photographs of the interview rooms", Marking.RED, {"users": ["fia", "chair"]}),
    ):
        action = Action.objects.get(title__startswith=title)
        coordination.change_marking(
            chair,
            action,
            marking,
            organisations=[cast.organisations[one] for one in named.get("organisations", ())],
            users=[cast.users[one] for one in named.get("users", ())],
        )


# --- threads -------------------------------------------------------------------------------------------------------
def talk(cast: Any) -> None:
    for entry in talks.TALKS:
        target = _target(cast, entry)
        (login, first), *answers = entry.messages
        if entry.on[0] == "space":
            thread = discussion.start_thread(
                cast.users[login], target, entry.subject, first, uuid.uuid4(), illustrative=True
            )
        else:
            thread = discussion.post_message(cast.users[login], target, first, uuid.uuid4()).thread
            thread.illustrative = True
            thread.save(update_fields=["illustrative"])
        for login, words in answers:
            discussion.post_message(cast.users[login], thread, words, uuid.uuid4())
        _lay_messages_apart(cast, thread, entry.hours)
    for subject, number, login, sign in talks.SIGNS:
        discussion.react(cast.users[login], _message(subject, number), sign, put=True)
    for subject, number, login, language, words in talks.TRANSLATIONS:
        discussion.translate_message(cast.users[login], _message(subject, number), language, words, version=0)
    for subject, login, words in talks.SUMMARIES:
        discussion.write_summary(cast.users[login], _thread(subject), words, version=0)
    for subject, login in talks.PINNED:
        discussion.pin_thread(cast.users[login], _thread(subject))
    for subject, login, readers in talks.ANNOUNCED:
        discussion.ask_acknowledgement(cast.users[login], _thread(subject))
        for reader in readers:
            discussion.acknowledge(cast.users[reader], _thread(subject))


def _thread(subject: str) -> Thread:
    return Thread.objects.filter(subject=subject).latest("pk")


def _message(subject: str, number: int) -> Message:
    return Message.objects.select_related("thread").filter(thread__subject=subject, number=number).latest("pk")


def _lay_messages_apart(cast: Any, thread: Thread, hours: int) -> None:
    """The last message is `hours` old, each one before it a few hours older."""
    messages = list(thread.messages.order_by("-number"))
    for place, message in enumerate(messages):
        cast.past.note(message, times.days_ago((hours + place * 5) / 24))
    cast.past.note(thread, times.days_ago((hours + len(messages) * 5) / 24))
    Thread.objects.filter(pk=thread.pk).update(last_message_at=times.days_ago(hours / 24))


def _target(cast: Any, entry: talks.Talk) -> Any:
    kind, word = entry.on
    space = cast.spaces[entry.room]
    if kind == "space":
        return space
    model = {"action": Action, "agreement": Agreement, "commitment": Commitment, "meeting": Meeting}[kind]
    return model.objects.filter(space=space, title__contains=word).latest("pk")
