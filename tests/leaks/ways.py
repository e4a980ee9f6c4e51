"""Every address of the site: how to build it for each thing planted, what it asks of its reader, what it lists.

An address that stands here neither by name nor, on the editors' side, by the gate's rule fails the run.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from coordination import named, selectors
from coordination.models import Marking
from discussion import threads
from tests.leaks.world import COMMON, NAMED_MARKINGS, Planted, World

# What each address is built of, and the thing that it is about, if it is about one.
Targets = Callable[[World], Iterator[tuple[dict[str, Any], Planted | None]]]


@dataclass(frozen=True)
class Way:
    targets: Targets
    # What looking at it asks for; what sending asks for, or None where nothing can be sent.
    verb: str = "read"
    send: str | None = None
    # The kinds of which it lists exactly what its reader may read; the members of the space only, if so said.
    lists: tuple[str, ...] = ()
    for_members: bool = False
    queries: tuple[str, ...] = ("",)


def alone(**kwargs: Any) -> Targets:
    """One address, about no single thing."""

    def targets(world: World) -> Iterator[tuple[dict[str, Any], None]]:
        yield {name: value(world) if callable(value) else value for name, value in kwargs.items()}, None

    return targets


def of(kind: str, /, **more: Callable[[Any], Any]) -> Targets:
    """One address for each thing of a kind, by its key."""

    def targets(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
        for one in world.of_kind(kind):
            yield {"key": one.key, **{name: value(one.obj) for name, value in more.items()}}, one

    return targets


def of_meeting_of(kind: str, meeting_of: Callable[[Any], Any], **more: Callable[[Any], Any]) -> Targets:
    """The addresses of a record and its parts begin with the key of their meeting."""

    def targets(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
        for one in world.of_kind(kind):
            yield {"key": meeting_of(one.obj).key, **{name: value(one.obj) for name, value in more.items()}}, one

    return targets


def every_marked(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """One of each kind, the kinds taking turns with the markings; and one action of each: all have the one view."""
    models = {model: name for name, model in selectors.marked_models().items()}
    marked = [one for one in world.planted if type(one.obj) in models]
    turns = itertools.cycle((Marking.RED, Marking.AMBER_STRICT, Marking.AMBER))
    of_each = {one.kind: one for one in marked}
    of_each |= {
        kind: next((one for one in world.of_kind(kind) if one.marking == wanted), last)
        for (kind, last), wanted in zip(of_each.items(), turns, strict=False)
    }
    for one in {*of_each.values(), *{one.marking: one for one in world.of_kind("action")}.values()}:
        yield {"kind": models[type(one.obj)], "key": one.key}, one


def every_object_of_a_discussion(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("space", "article", "commitment", "meeting", "paragraph"):
        yield {"name": threads.name_of(one.obj)}, one


def what_is_held(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """What a hold may be put on: one of each kind and marking, all of which have the one form."""
    for one in {(one.kind, one.marking): one for one in world.of_kind("space", "commitment", "meeting")}.values():
        yield {"name": named.name_of(one.obj)}, one


def what_is_written_about(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """One of each kind and marking: all have the one form."""
    for one in {(one.kind, one.marking): one for one in world.of_kind("thread", "article")}.values():
        yield {"name": threads.name_of(one.obj)}, one


def every_translated_page(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("resource", "service_point", "news", "country_profile", "question", "event"):
        yield {"kind": one.obj._meta.model_name, "key": one.key}, one


def every_page_of_knowledge(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("question", "event"):
        yield {"name": named.name_of(one.obj)}, one


def what_others_are_like(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """The kinds whose pages ask for it, one of each marking: all have the one list."""
    kinds = ("resource", "agreement", "meeting", "record")
    for one in {(one.kind, one.marking): one for one in world.of_kind(*kinds)}.values():
        yield {"name": named.name_of(one.obj)}, one


def what_actions_come_of(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """One of each kind and marking, among them parts: all have the one form."""
    kinds = ("action", "commitment", "visit", "message", "paragraph")
    for one in {(one.kind, one.marking): one for one in world.of_kind(*kinds)}.values():
        yield {"name": named.name_of(one.obj)}, one


def papers(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """The agreement that others amend, and those of the narrow markings: a paper takes its time to be drawn."""
    agreements = world.of_kind("agreement")
    for one in [agreements[0], *(one for one in agreements if one.marking in NAMED_MARKINGS)]:
        yield {"key": one.key}, one


def pictures(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("picture"):
        for spec in ("thumbnail", "wide", "max-1200x800"):
            yield {"key": one.key, "spec": spec}, one


def references(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("action", "commitment", "agreement"):
        yield {"reference": one.obj.short_reference}, one


def sheets(world: World) -> Iterator[tuple[dict[str, Any], None]]:
    for form in ("xlsx", "csv"):
        yield {"form": form}, None


def visits_with_a_meeting(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """A visit and a meeting of its programme that has the same readers."""
    for one in world.of_kind("visit"):
        meeting = one.obj.programme.first().meeting
        if meeting.audience_id == one.obj.audience_id:
            yield {"key": one.key, "meeting": meeting.key}, one


def posts(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("post"):
        yield {"key": one.obj.succession}, one


def posts_by_row(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    for one in world.of_kind("post"):
        yield {"key": one.obj.succession, "pk": one.obj.pk}, one


def forms_of_papers(world: World) -> Iterator[tuple[dict[str, Any], None]]:
    """As a document: what stands in a PDF is the same copy, and the walk draws some of those (`record_pdf`)."""
    yield {"form": "docx"}, None


def kept_by_an_office(targets: Targets) -> Targets:
    """People and posts lie in no space: tests/coordination/test_people.py and test_posts.py ask who may keep them."""

    def about_nothing(world: World) -> Iterator[tuple[dict[str, Any], None]]:
        for kwargs, _about in targets(world):
            yield kwargs, None

    return about_nothing


def members(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    [space] = world.of_kind("space")
    yield {"key": space.key, "kind": "user", "pk": world.readers["reader"].pk}, space


def of_briefing(kind: str, **more: Callable[[Any], Any]) -> Targets:
    """The addresses of a briefing and its parts begin with the key of their visit."""

    def targets(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
        for one in world.of_kind(kind):
            pack = getattr(one.obj, "pack", one.obj)
            yield {"key": pack.visit.key, **{name: value(one.obj) for name, value in more.items()}}, one

    return targets


def drawn_records(world: World) -> Iterator[tuple[dict[str, Any], Planted]]:
    """Those of the narrow markings: all markings are walked as a document."""
    for one in world.of_kind("record"):
        if one.marking in NAMED_MARKINGS:
            yield {"key": one.obj.meeting.key}, one


MEETING = of("meeting")
RECORD = of_meeting_of("record", lambda record: record.meeting)
PARAGRAPH = {"meeting_of": lambda part: part.section.record.meeting, "paragraph": lambda part: part.key}
COMMENT = of_meeting_of("comment", lambda comment: comment.round.record.meeting, comment=lambda comment: comment.key)

SITE: dict[str, Way] = {
    # Nothing of anybody's content.
    **{
        name: Way(alone(**kwargs))
        for name, kwargs in {
            "healthz": {}, "readyz": {}, "account_login": {}, "account_logout": {}, "account_inactive": {},
            "account_signup": {}, "account_reauthenticate": {}, "account_email": {},
            "account_email_verification_sent": {}, "account_change_password": {}, "account_set_password": {},
            "account_reset_password": {}, "account_confirm_login_code": {}, "account_confirm_email": {"key": "x"},
            "account_reset_password_from_key_done": {}, "account_reset_password_done": {},
            "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"}, "preferences": {}, "set_language": {},
            "set_theme": {}, "push_subscribe": {}, "push_remove": {"key": "x"}, "push_worker": {},
            "mail_stop": {"token": "x:y"}, "accept_invitation": {"uid": "MQ", "token": "x-y"}, "invite": {},
            "space_new": {}, "invite_many": {}, "invitation_template": {}, "emergency": {},
            "retention_rules": {}, "hold_list": {},
        }.items()
    },
    # How one signs in: tests/accounts.
    **{
        name: Way(alone(**kwargs), verb="")
        for name, kwargs in {
            "mfa_index": {}, "mfa_authenticate": {}, "mfa_login_webauthn": {}, "mfa_reauthenticate": {},
            "mfa_reauthenticate_webauthn": {}, "mfa_activate_totp": {}, "mfa_deactivate_totp": {},
            "mfa_add_webauthn": {}, "mfa_edit_webauthn": {"pk": 1}, "mfa_remove_webauthn": {"pk": 1},
            "mfa_view_recovery_codes": {}, "mfa_generate_recovery_codes": {}, "session_list": {}, "provider_login": {},
            "provider_callback": {"key": "x"}, "account_list": {}, "account_detail": {"pk": 1},
            "account_sign_out": {"pk": 1}, "own_data": {}, "own_data_fetch": {"key": "2345678923"},
            "account_data": {"pk": 1}, "account_erase": {"pk": 1},
            "organisation_sign_in": {"pk": lambda world: world.fia.pk},
        }.items()
    },
    # What gathers.
    "front": Way(alone()),
    "desk": Way(alone()),
    "knowledge": Way(alone()),
    "topic_detail": Way(alone(slug=lambda world: world.topic.slug)),
    "country_detail": Way(alone(code="PK")),
    "organisation_list": Way(alone(), queries=("", f"?q={COMMON}")),
    "organisation_detail": Way(alone(pk=lambda world: world.fia.pk)),
    "organisation_focal_point": Way(alone(pk=lambda world: world.fia.pk)),
    "audit_trail": Way(alone(), queries=("", "?who=a&kind=coordination.action", "?address=127.0.0.1&verb=read")),
    "audit_export": Way(lambda world: iter([({"form": form}, None) for form in ("jsonl", "csv")])),
    # One's own alone: tests/home/test_inviting_many.py asks whose it is.
    "invitation_sheet": Way(alone(key="x" * 10), verb=""),
    "invitation_deed": Way(alone(key="x" * 10, deed="discard"), verb=""),
    # What it opens: test_walk.test_an_emergency_access_shows_what_its_tokens_open_and_no_more.
    "emergency_end": Way(alone(key="2345678923"), verb=""),
    "search": Way(
        alone(),
        queries=(
            *("", f"?q={COMMON}", f"?q={COMMON}&page=2", f"?q={COMMON}&marking=RED"),
            f"?q={COMMON}+-kind:message+after:2000&sort=oldest",
        ),
    ),
    "search_similar": Way(what_others_are_like),
    "search_suggest": Way(alone(), queries=(f"?q={COMMON}", "?q=zq")),
    "space_list": Way(alone(), lists=("space",)),
    "agreement_list": Way(alone(), lists=("agreement",), queries=("", f"?q={COMMON}")),
    "commitment_list": Way(
        alone(),
        lists=("commitment",),
        queries=("", f"?q={COMMON}", "?overdue=1", "?reports=pending", "?reports=for_me"),
    ),
    "action_list": Way(alone(), lists=("action",), queries=(
        "", f"?q={COMMON}", "?overdue=1", "?view=board&state=any", "?view=calendar&month=2026-02", "?view=timeline",
        "?sort=priority&source=none", "?whose=ours&topic=border-management&state=any",
    )),
    "action_change": Way(alone()),
    # One's own alone: tests/search/test_saved.py asks whose it is.
    "saved_search_list": Way(alone()),
    "saved_search_new": Way(alone(), queries=(f"?q={COMMON}",)),
    "saved_search_detail": Way(alone(key="x" * 10), verb=""),
    "saved_search_delete": Way(alone(key="x" * 10), verb=""),
    "recent_clear": Way(alone(), verb=""),
    "filter_list": Way(alone()),
    "filter_new": Way(alone(), queries=("?page=actions&query=q%3Dx",)),
    "scoreboard": Way(alone(), queries=(
        "", "?by=organisation", "?by=agreement&since=2026-01-01", "?by=topic&country=PK", "?by=agreement&all=1",
    )),
    "meeting_list": Way(alone(), lists=("meeting",), queries=("", f"?q={COMMON}", "?when=past")),
    "visit_list": Way(alone(), lists=("visit",)),
    "resource_list": Way(alone(), lists=("resource",), queries=("", f"?q={COMMON}")),
    "question_list": Way(alone(), lists=("question",), queries=("", f"?q={COMMON}")),
    "event_list": Way(alone(), lists=("event",), queries=("", "?when=past")),
    "collection_list": Way(alone()),
    "collection_new": Way(alone()),
    "collection_detail": Way(of("collection"), send="contribute"),
    "collection_edit": Way(of("collection"), verb="contribute", send="contribute"),
    "collection_item": Way(
        of("collection", item=lambda one: one.items.first().pk), verb="", send="contribute"
    ),
    "collection_keep": Way(every_page_of_knowledge, verb="", send="read"),
    "page_helpful": Way(every_page_of_knowledge, verb="", send="read"),
    "page_looked_through": Way(every_page_of_knowledge, verb="", send="record"),
    "upkeep": Way(alone()),
    "service_point_list": Way(alone(), lists=("service_point",)),
    "glossary": Way(alone(), lists=("glossary_term",), queries=("", f"?q={COMMON}")),
    "news_list": Way(alone(), lists=("news",)),
    "thread_list": Way(alone(), queries=("", "?which=unread", "?which=favourites")),
    # What an address names besides: tests/discussion/test_threads_deeds.
    "thread_open": Way(alone()),
    "notification_list": Way(alone()),
    "notifications_seen": Way(alone()),
    "notification_choices": Way(alone()),
    "notification_choices_in_space": Way(of("space"), verb="member", send="read"),
    "space_mail": Way(of("space"), verb="manage", send="manage"),
    "acknowledgement_remind": Way(of("thread"), verb="", send="manage"),
    # Spaces.
    "space_detail": Way(of("space")),
    "space_edit": Way(of("space"), verb="manage", send="manage"),
    "space_members": Way(of("space"), send="manage"),
    "space_emergencies": Way(of("space"), verb="manage"),
    "space_retention": Way(of("space"), verb="see_retention", send="set_retention"),
    "space_end": Way(of("space"), verb="", send="set_retention"),
    "space_holds": Way(of("space"), verb="manage", send="manage"),
    "hold_new": Way(what_is_held, verb="manage", send="manage"),
    # Whose it is: tests/coordination/test_custody.py.
    "hold_detail": Way(alone(key="2345678923"), verb=""),
    "space_review": Way(of("space"), verb="manage", send="manage"),
    "space_review_rules": Way(of("space"), verb="", send="manage"),
    "membership_restore": Way(of("space", pk=lambda space: 1), verb="", send="manage"),
    "space_reminders": Way(of("space"), verb="manage", send="manage"),
    # That it holds what its reader may read: test_exports.
    "space_archive": Way(of("space"), verb="take_along", send="take_along"),
    "space_archive_file": Way(of("space"), verb=""),
    "space_member": Way(members, verb="manage", send="manage"),
    "space_threads": Way(of("space"), queries=("", "?show=over")),
    "thread_start": Way(of("space"), verb="contribute", send="contribute"),
    "action_new": Way(of("space"), verb="contribute", send="contribute"),
    "actions_new": Way(of("space"), verb="contribute", send="contribute"),
    "commitment_new": Way(of("space"), verb="record", send="record"),
    "meeting_new": Way(of("space"), verb="record", send="record"),
    "resource_new": Way(of("space"), verb="contribute", send="contribute"),
    "files_add": Way(of("space"), verb="contribute", send="contribute"),
    "page_translate": Way(every_translated_page, verb="contribute", send="contribute"),
    # One thing.
    "agreement_detail": Way(of("agreement"), queries=("", "?as_of=2025-06-01")),
    "agreement_pdf": Way(papers, queries=("?as_of=2025-06-01",)),
    "agreement_move": Way(of("agreement"), verb="record", send="record"),
    "agreement_import": Way(of("agreement"), verb="record", send="record"),
    "commitment_detail": Way(of("commitment"), send="contribute"),
    "report_review": Way(
        of_meeting_of("report", lambda report: report.commitment, report=lambda report: report.key), verb="",
        send="contribute",
    ),
    "commitment_edit": Way(of("commitment"), verb="record", send="record"),
    "action_detail": Way(of("action"), send="report"),
    "action_follow": Way(of("action"), verb="", send="read"),
    "action_from": Way(what_actions_come_of, verb="contribute", send="contribute"),
    "action_steps": Way(of("action"), verb="follow_up", send="follow_up"),
    "step_tick": Way(
        of_meeting_of("step", lambda step: step.action, step=lambda step: step.key), verb="", send="report"
    ),
    "action_waits_for": Way(
        of("action"), verb="follow_up", send="follow_up", queries=("", f"?q={COMMON}")
    ),
    # People: who knows of whom is asked in tests/coordination/test_people; here, that no page tells of anybody else.
    "person_list": Way(alone(), queries=("", f"?q={COMMON}", "?q=zq", "?language=ur&country=PK")),
    "person_new": Way(alone()),
    "people_duplicates": Way(alone()),
    "person_detail": Way(of("person"), verb=""),
    "person_rights": Way(alone(key=lambda world: world.confidant.person.key)),
    "person_edit": Way(kept_by_an_office(of("person")), verb=""),
    "person_photo": Way(of("person"), verb=""),
    "people_merge": Way(kept_by_an_office(of("person", other=lambda person: person.key[::-1])), verb=""),
    "people_apart": Way(kept_by_an_office(of("person", other=lambda person: person.key[::-1])), verb=""),
    "post_detail": Way(posts, verb=""),
    "post_change": Way(kept_by_an_office(posts), verb=""),
    "post_edit": Way(kept_by_an_office(posts_by_row), verb=""),
    "post_new": Way(alone(pk=lambda world: world.fia.pk)),
    "handover": Way(alone()),
    "handover_of": Way(alone(pk=lambda world: world.confidant.person.pk)),
    "action_edit": Way(of("action"), verb="follow_up", send="follow_up"),
    "action_move": Way(of("action"), verb="follow_up", send="follow_up"),
    "filter_detail": Way(of("saved filter"), send="edit"),
    "filter_delete": Way(of("saved filter"), verb="", send="edit"),
    "filter_standard": Way(of("saved filter"), verb="", send="read"),
    "action_reassign": Way(of("action"), verb="follow_up", send="follow_up"),
    "who_can_see": Way(every_marked, verb="edit", send="edit"),
    "meeting_detail": Way(MEETING),
    "meeting_calendar": Way(MEETING),
    "meeting_edit": Way(MEETING, verb="record", send="record"),
    "meeting_month": Way(alone(), queries=("", "?month=2026-03&on=2026-03-04", "?month=2026-02")),
    "meeting_cancel": Way(MEETING, verb="record", send="record"),
    "meeting_invitations": Way(MEETING, verb="record", send="record"),
    "meeting_delegations": Way(MEETING, verb="", send="record"),
    "invitation_list": Way(alone()),
    "invitation_detail": Way(of("invitation"), send="answer"),
    "invitation_withdraw": Way(of("invitation"), verb="", send="record"),
    "invitation_take_time": Way(of("invitation"), verb="", send="record"),
    "delegate_new": Way(of("invitation"), verb="name_delegates", send="name_delegates"),
    "delegate_remove": Way(
        of("invitation", row=lambda one: one.delegates.first().pk), verb="", send="name_delegates"
    ),
    "delegate_write": Way(
        of("invitation", row=lambda one: one.delegates.first().pk), verb="record", send="record"
    ),
    "series_new": Way(of("space"), verb="record", send="record"),
    "series_detail": Way(of("series")),
    "series_edit": Way(of("series"), verb="record", send="record"),
    "series_end": Way(of("series"), verb="record", send="record"),
    "series_invitations": Way(of("series"), verb="record", send="record"),
    "series_day": Way(of("series"), verb="", send="record"),
    "poll_new": Way(of("space"), verb="record", send="record"),
    "poll_detail": Way(of("poll"), send="answer"),
    "poll_decide": Way(of("poll"), verb="", send="record"),
    "meeting_agenda": Way(MEETING, verb="record", send="record"),
    "meeting_attendance": Way(MEETING, verb="record", send="record"),
    "agenda_item_remove": Way(
        of_meeting_of("agenda item", lambda item: item.meeting, item=lambda item: item.key), verb="", send="record"
    ),
    **dict.fromkeys(
        ("agenda_item_move", "agenda_item_finish"),
        Way(
            of_meeting_of("agenda item", lambda item: item.meeting, item=lambda item: item.key), verb="", send="record"
        ),
    ),
    **dict.fromkeys(
        ("agenda_item_edit", "agenda_document_ask"),
        Way(
            of_meeting_of("agenda item", lambda item: item.meeting, item=lambda item: item.key), verb="record",
            send="record",
        ),
    ),
    "agenda_order": Way(MEETING, verb="", send="record"),
    "agenda_carry_over": Way(MEETING, verb="", send="record"),
    "agenda_document": Way(
        of_meeting_of("agenda document", lambda paper: paper.meeting, document=lambda paper: paper.key),
        send="contribute",
    ),
    "agenda_document_withdraw": Way(
        of_meeting_of("agenda document", lambda paper: paper.meeting, document=lambda paper: paper.key), verb="",
        send="record",
    ),
    "series_calendar": Way(of("series")),
    "attendance_remove": Way(
        of("meeting", row=lambda meeting: meeting.attendance.first().pk), verb="", send="record"
    ),
    "record_detail": Way(RECORD),
    "record_pdf": Way(drawn_records),
    "record_docx": Way(RECORD),
    "record_akoma_ntoso": Way(RECORD),
    "record_compile": Way(alone(), queries=("", "?all=1")),
    "record_compiled": Way(forms_of_papers, queries=("?all=1",)),
    "record_open": Way(MEETING, verb="", send="record"),
    "record_move": Way(RECORD, verb="", send="record"),
    "record_circulate": Way(RECORD, verb="record", send="record"),
    "record_extend": Way(RECORD, verb="", send="record"),
    "record_answer": Way(RECORD, verb="", send="contribute"),
    "record_version": Way(of_meeting_of("record", lambda record: record.meeting, number=lambda record: 1)),
    "record_differences": Way(RECORD, queries=("", "?from=1&to=1&whole=1")),
    "comment_new": Way(
        of_meeting_of("paragraph", PARAGRAPH["meeting_of"], paragraph=PARAGRAPH["paragraph"]), verb="",
        send="contribute",
    ),
    "comment_decide": Way(COMMENT, verb="record", send="record"),
    "comment_withdraw": Way(COMMENT, verb="", send="contribute"),
    "paragraph_correct": Way(
        of_meeting_of("paragraph", PARAGRAPH["meeting_of"], paragraph=PARAGRAPH["paragraph"]), verb="", send="manage"
    ),
    "record_under_the_rule": Way(RECORD, verb="", send="record"),
    "paragraph_new": Way(
        of_meeting_of("record", lambda record: record.meeting, section=lambda record: record.sections.first().pk),
        verb="draft", send="record",
    ),
    "paragraph_edit": Way(
        of_meeting_of("paragraph", PARAGRAPH["meeting_of"], paragraph=PARAGRAPH["paragraph"]), verb="draft",
        send="record",
    ),
    "paragraph_remove": Way(
        of_meeting_of("paragraph", PARAGRAPH["meeting_of"], paragraph=PARAGRAPH["paragraph"]), verb="", send="record"
    ),
    "record_write": Way(RECORD, verb="draft"),
    "record_followed": Way(RECORD, verb="", send="record"),
    "writing_add": Way(
        of_meeting_of("record", lambda record: record.meeting, section=lambda record: record.sections.first().pk),
        verb="", send="record",
    ),
    "writing_change": Way(
        of_meeting_of("paragraph", PARAGRAPH["meeting_of"], paragraph=PARAGRAPH["paragraph"]), verb="draft",
        send="record",
    ),
    "visit_detail": Way(of("visit")),
    "visit_new": Way(of("space"), verb="record", send="record"),
    "visit_edit": Way(of("visit"), verb="record", send="record"),
    "visit_delegation": Way(of("visit"), verb="record", send="record"),
    "visit_member_remove": Way(
        of_meeting_of("visit member", lambda one: one.visit, member=lambda one: one.key), verb="", send="record"
    ),
    "visit_entry_new": Way(of("visit"), verb="record", send="record", queries=("?kind=transport&day=2026-03-01",)),
    "visit_entry_edit": Way(
        of_meeting_of("itinerary entry", lambda one: one.visit, entry=lambda one: one.key), verb="record",
        send="record",
    ),
    "visit_entry_remove": Way(
        of_meeting_of("itinerary entry", lambda one: one.visit, entry=lambda one: one.key), verb="", send="record"
    ),
    "visit_programme": Way(of("visit"), verb="record", send="record"),
    "visit_meeting_new": Way(of("visit"), verb="record", send="record"),
    "visit_meeting_who": Way(visits_with_a_meeting, verb="record", send="record"),
    "visit_meeting_note": Way(visits_with_a_meeting, verb="", send="record"),
    "visit_meeting_remove": Way(visits_with_a_meeting, verb="", send="record"),
    "visit_matrix": Way(of("visit")),
    "visit_counterparts": Way(of("visit")),
    "visit_outcome": Way(of("visit")),
    "visit_outcome_edit": Way(of("visit"), verb="record", send="record"),
    "visit_outcome_paper": Way(of("visit", form=lambda visit: "docx")),
    "visit_follow_up": Way(of("visit"), verb="contribute", send="contribute"),
    "letter_list": Way(of("visit"), verb="record", send="record"),
    "letter_edit": Way(
        of_meeting_of("letter", lambda one: one.visit, letter=lambda one: one.key), verb="record", send="record"
    ),
    "letter_remove": Way(
        of_meeting_of("letter", lambda one: one.visit, letter=lambda one: one.key), verb="", send="record"
    ),
    "letter_paper": Way(
        of_meeting_of("letter", lambda one: one.visit, letter=lambda one: one.key, form=lambda one: "docx"),
        verb="record",
    ),
    "letter_template_list": Way(of("space"), verb="record"),
    "letter_template_new": Way(of("space"), verb="record", send="record"),
    "letter_template_edit": Way(
        of_meeting_of("letter template", lambda one: one.space, template=lambda one: one.key), verb="record",
        send="record",
    ),
    "letter_template_remove": Way(
        of_meeting_of("letter template", lambda one: one.space, template=lambda one: one.key), verb="", send="record"
    ),
    "briefing_detail": Way(of_briefing("briefing"), queries=("", "?chapter=people", "?chapter=2345678923")),
    "briefing_begin": Way(of("visit"), verb="", send="record"),
    "briefing_write": Way(
        of_briefing("briefing", section=lambda pack: "introduction"), verb="record", send="record"
    ),
    "briefing_write_of_meeting": Way(
        of_briefing(
            "briefing",
            meeting=lambda pack: pack.visit.programme.get().meeting.key, section=lambda pack: "talking_points",
        ),
        verb="record", send="record",
    ),
    "briefing_text": Way(of_briefing("briefing text", text=lambda text: text.key), verb="record", send="record"),
    "briefing_text_remove": Way(of_briefing("briefing text", text=lambda text: text.key), verb="", send="record"),
    "briefing_paper_ask": Way(of_briefing("briefing"), verb="", send="read"),
    "briefing_paper": Way(of_briefing("briefing paper", paper=lambda paper: paper.key)),
    "briefing_pdf": Way(of_briefing("briefing paper", paper=lambda paper: paper.key)),
    "briefing_phone": Way(of_briefing("briefing")),
    "briefing_worker": Way(alone()),
    "country_profile_detail": Way(of("country_profile")),
    "resource_detail": Way(of("resource"), send="contribute"),
    "service_point_detail": Way(of("service_point")),
    "glossary_term_detail": Way(of("glossary_term")),
    "question_detail": Way(of("question")),
    "event_detail": Way(of("event")),
    "news_detail": Way(of("news")),
    "file_serve": Way(of("file", name=lambda file: file.filename)),
    # Not every file is a picture: tests/discussion/test_files.py asks who sees those.
    "file_small": Way(of("file"), verb=""),
    "file_remove": Way(of("file"), verb="", send="record"),
    "picture_serve": Way(pictures),
    "thread_begin": Way(every_object_of_a_discussion, verb="member", send="contribute"),
    "thread_say": Way(what_is_written_about, verb="", send="contribute"),
    "thread_preview": Way(what_is_written_about, verb="", send="contribute"),
    "thread_draft": Way(what_is_written_about, verb="", send="contribute"),
    "thread_names": Way(what_is_written_about, verb="contribute", queries=("?q=",)),
    "thread_detail": Way(of("thread"), send="contribute"),
    "thread_messages": Way(of("thread"), queries=("?after=0",)),
    "thread_wait": Way(of("thread"), queries=("?after=0",)),
    "thread_mine": Way(of("thread", deed=lambda thread: "favourite"), verb="", send="read"),
    "thread_deed": Way(of("thread", deed=lambda thread: "pin"), verb="", send="manage"),
    "thread_change": Way(of("thread", what=lambda thread: "close"), verb="manage", send="manage"),
    "thread_summary": Way(of("thread"), verb="record", send="record"),
    "thread_acknowledgements": Way(of("thread"), verb="manage"),
    "message_unread": Way(of("message"), verb="", send="read"),
    "message_detail": Way(of("message")),
    "message_deeds": Way(of("message"), verb="member"),
    "message_answer": Way(of("message"), verb="contribute", send="contribute"),
    # One's own alone: tests/discussion/test_messages.py asks whose it is.
    "message_edit": Way(of("message"), verb="", send="contribute"),
    "message_delete": Way(of("message"), verb="", send="contribute"),
    "message_history": Way(of("message"), verb=""),
    "message_readers": Way(of("message"), verb="member"),
    "message_reactions": Way(of("message"), verb="member", send="contribute"),
    "message_translate": Way(of("message"), verb="contribute", send="contribute"),
    "message_translation_remove": Way(of("message"), verb="", send="contribute"),
    "message_report": Way(of("message"), verb="contribute", send="contribute"),
    "message_make": Way(of("message"), verb="record"),
    "message_hide": Way(of("message"), verb="manage", send="manage"),
    "message_restore": Way(of("message"), verb="", send="manage"),
    "reports_settle": Way(of("message"), verb="", send="manage"),
    "message_move": Way(of("message"), verb="manage", send="manage"),
    "thread_merge": Way(of("thread"), verb="manage", send="manage"),
    "report_list": Way(of("space"), verb="manage"),
    "message_rules": Way(of("space"), verb="manage", send="manage"),
    "reference": Way(references),
    # Sheets and calendars. That an export holds all of it is asked in test_exports.
    "action_export": Way(sheets, queries=("", f"?q={COMMON}", "?state=any")),
    "commitment_export": Way(sheets, queries=("", f"?q={COMMON}", "?state=any")),
    "agreement_export": Way(sheets, queries=("", f"?q={COMMON}")),
    "import_new": Way(of("space", kind=lambda space: "actions"), verb="contribute", send="contribute"),
    "import_template": Way(of("space", kind=lambda space: "commitments"), verb="record"),
    "import_detail": Way(of("import"), send="contribute"),
    "import_deed": Way(of("import", deed=lambda job: "discard"), verb="", send="contribute"),
    "calendar_feeds": Way(alone()),
    "token_list": Way(alone()),
    "metrics": Way(alone()),
    "operator": Way(alone()),
    "token_end": Way(alone(key="z" * 10), verb=""),
    "space_webhooks": Way(of("space"), verb="manage", send="manage"),
    "space_webhook": Way(of("space", webhook=lambda space: "z" * 10), verb="", send="manage"),
    # Feeds of knowledge and what is public. Of what is narrow they hold no title: test_exports.
    "feed_list": Way(alone()),
    "feed_all": Way(lambda world: iter([({"form": form}, None) for form in ("atom", "json")])),
    "feed_topic": Way(alone(slug=lambda world: world.topic.slug, form="atom")),
    "feed_space": Way(of("space", form=lambda space: "json")),
    "feed_mine": Way(alone(secret="x" * 43, form="atom")),
    "opensearch": Way(alone()),
    "robots": Way(alone()),
    "sitemap": Way(alone()),
    "sitemap_section": Way(
        lambda world: iter([({"section": name}, None) for name in ("lists", "space", "resource", "glossaryterm")])
    ),
    "resource_citation": Way(of("resource", form=lambda resource: "bib")),
    "calendar_feed": Way(alone(secret="x" * 43)),  # test_exports.test_a_feed_tells_…
    "notification_open": Way(lambda world: iter(())),  # test_walk.test_news_opens_for_its_own_reader_only
    "notification_seen": Way(lambda world: iter(())),  # the same
}  # fmt: skip


# What programs ask with a token, which test_exports walks: a browser is answered there that it has none.
API = {
    "api:api-root": Way(alone(), verb=""),
    "api:openapi-json": Way(alone(), verb=""),
    "api:me": Way(alone()),
    "api:spaces": Way(alone(), lists=("space",)),
    "api:space": Way(of("space")),
    "api:members": Way(of("space"), verb="member"),
    "api:agreements": Way(alone(), lists=("agreement",)),
    "api:agreement": Way(of("agreement")),
    "api:commitments": Way(alone(), lists=("commitment",)),
    "api:commitment": Way(of("commitment")),
    "api:actions": Way(alone(), lists=("action",)),
    "api:action": Way(of("action")),
    "api:create_action": Way(of("space"), verb="", send="contribute"),
    "api:report_on_action": Way(of("action"), verb="", send="report"),
    "api:list_meetings": Way(alone(), lists=("meeting",)),
    "api:meeting": Way(of("meeting")),
    "api:record": Way(of_meeting_of("record", lambda record: record.meeting)),
    "api:threads": Way(of("space")),
    "api:messages": Way(of("thread")),
    "api:post_message": Way(of("thread"), verb="", send="contribute"),
    "api:resources": Way(alone(), lists=("resource",)),
    "api:resource": Way(of("resource")),
    "api:service_points": Way(alone(), lists=("service_point",)),
    "api:glossary": Way(alone(), lists=("glossary_term",)),
    "api:search": Way(alone(), queries=(f"?q={COMMON}",)),
}


# Of these all that was planted is walked, with whatever links there are between open and closed things.
WHOLE = ("thread_detail", "message_detail", "file_serve", "picture_serve", "reference")


def addresses(world: World, name: str) -> Iterator[tuple[str, Planted | None]]:
    """Every address of the name, with what it is about. Of forms and the like, which stand beside the page of a thing,
    one of each kind and marking: the last planted, whose links to closed things are the most."""
    found = [(reverse(name, kwargs=kwargs), about) for kwargs, about in {**SITE, **API}[name].targets(world)]
    if name in WHOLE or name.endswith("_detail"):
        yield from found
    else:
        yield from {address if about is None else (about.kind, about.marking): (address, about)
                    for address, about in found}.values()  # fmt: skip


def patterns(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[Any]:
    """Every pattern of the site: its name with namespaces, its route, and the pattern itself."""
    for found in (resolver or get_resolver()).url_patterns:
        route = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from patterns(found, route, inner)
        elif isinstance(found, URLPattern):
            yield f"{namespace}{found.name or ''}", route, found


# --- the editors' side ---------------------------------------------------------------------------------------------
def editors_addresses(world: World, route: str, page: Any, revision: int) -> str:
    """An address of the editors' side by its route, with the numbers of this page wherever a number stands."""
    values = {
        "content_type_app_name": "coordination", "content_type_model_name": "agreement", "app_label": "wagtailcore",
        "model_name": "page", "app_name": "taggit", "action": "delete", "action_name": "publish",
        "filter_spec": "max-165x165", "uidb64": "MQ", "token": "x-y", "revision_id": str(revision),
        "destination_id": str(world.space.pk), "object_id": str(page.pk),
    }  # fmt: skip
    route = re.sub(r"\^?\(\?P<(\w+)>[^)]*\)", lambda match: f"<{match[1]}>", route.replace("\\.", "."))
    route = route.replace("<revision_id_a>", str(revision)).replace("<revision_id_b>", "latest")
    route = route.replace("^.*/$", "no-such-page/").replace("^", "").removesuffix("$")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], str(page.pk)), route)
