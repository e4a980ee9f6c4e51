"""What those who manage a space do in its discussions, and how readers ask them for it: reports, hiding, moving."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ManyToOneRel
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, audit, holds
from coordination.models import Space
from coordination.services import require
from discussion import changes, files, pokes, rights
from discussion.models import Message, MessageReport, ReadMark, SpaceRules, Standing, Thread
from discussion.services.wordings import about, held, refuse_gone, take_words, with_answers

REPORT_LENGTH = 500
REASON_LENGTH = 255
# Messages that are moved at once: each is a row in two threads.
MOST_MOVED = 1000
# The trail says what was done to what, and what is found by searching is written anew.
AS_THEY_ARE = frozenset({"coordination.AuditEntry", "discussion.Notification", "search.Entry"})


def _require_managing(deeds: rights.Deeds) -> None:
    if not deeds.manage:
        raise PermissionDenied(_("You do not have the right to do this."))


def _reason(reason: str, length: int, field: str = "reason") -> str:
    """What a reason has to be: a line that says something."""
    reason = reason.strip()
    try:
        validate_plain_text(reason)
    except ValidationError as refusal:
        raise ValidationError({field: refusal.messages}) from refusal
    if not reason:
        raise ValidationError({field: _("Say what it is about.") if field == "subject" else _("Say why.")})
    if len(reason) > length:
        raise ValidationError({field: _("Say it in at most %(limit)d characters.") % {"limit": length}})
    return reason


# --- reports -------------------------------------------------------------------------------------------------------
@transaction.atomic
def report_message(actor: User, message: Message, reason: str) -> MessageReport:
    """Ask those who manage the space to look at a message. Who asks twice before they have looked has asked once."""
    thread, message, deeds = held(actor, message)
    if not deeds.report or deeds.is_author(message):
        raise PermissionDenied(_("You do not have the right to do this."))
    reason = _reason(reason, REPORT_LENGTH)
    refuse_gone(message)
    if open_before := message.reports.filter(reporter=actor, settled_at=None).first():
        return open_before
    report = message.reports.create(reporter=actor, reason=reason)
    details = {"message": message, "report": report}
    audit.record(actor, "message reported", thread, after=about(message), details=details)
    return report


@transaction.atomic
def settle_reports(actor: User, message: Message, *, hide: bool, reason: str = "") -> None:
    """Answer what has been reported of a message: leave it, or hide it with a reason."""
    thread, message, deeds = held(actor, message)
    _require_managing(deeds)
    if hide:
        _hide(actor, thread, message, reason)
    waiting = message.reports.filter(settled_at=None)
    if waiting.update(settled_at=timezone.now(), settled_by=actor):
        after = {**about(message), "hidden": hide}
        audit.record(actor, "reports settled", thread, after=after, details={"message": message})


# --- hiding --------------------------------------------------------------------------------------------------------
@transaction.atomic
def hide_message(actor: User, message: Message, reason: str) -> None:
    """Take the words out of everybody's sight but that of those who manage the space. Its reports are settled."""
    settle_reports(actor, message, hide=True, reason=reason)


def _hide(actor: User, thread: Thread, message: Message, reason: str) -> None:
    reason = _reason(reason, REASON_LENGTH)
    if message.standing == Standing.HIDDEN:
        return
    refuse_gone(message)
    take_words(message)
    message.standing, message.standing_reason = Standing.HIDDEN, reason
    changes.messages_changed(thread, with_answers(message))
    files.settle([message])
    audit.record(actor, "message hidden", thread, after=about(message), reason=reason, details={"message": message})


@transaction.atomic
def restore_message(actor: User, message: Message) -> None:
    """Show what was hidden again, in the words that it had."""
    thread, message, deeds = held(actor, message)
    _require_managing(deeds)
    if message.standing == Standing.POSTED:
        return
    if message.standing != Standing.HIDDEN:
        refuse_gone(message)
    last = message.versions.latest("pk")
    message.text, message.standing, message.standing_reason = last.text, Standing.POSTED, ""
    last.delete()
    changes.messages_changed(thread, with_answers(message))
    files.settle([message])
    audit.record(actor, "message restored", thread, after=about(message), details={"message": message})


# --- moving --------------------------------------------------------------------------------------------------------
@transaction.atomic
def move_messages(actor: User, messages: Iterable[Message], target: Thread) -> None:
    """Let messages of one thread go on in another one of the space, at its end, in their order.

    The old places stay, without words, and lead on those who may read the new ones. What has been moved stays so: sent
    twice, it is moved once.
    """
    found = sorted(messages, key=lambda message: message.number)
    if not found:
        raise ValidationError(_("Choose what is to be moved."))
    source, target = _both_locked(found[0].thread, target)
    _require_both(actor, source, target)
    if moved := _move(actor, source, target, [message.pk for message in found]):
        _record_moving(actor, "message moved", source, target, moved)


@transaction.atomic
def split_thread(actor: User, messages: Iterable[Message], subject: str) -> Thread:
    """Let messages of one thread go on as a discussion of their own, on the same object and with the same readers."""
    found = sorted(messages, key=lambda message: message.number)
    if not found:
        raise ValidationError(_("Choose what is to be moved."))
    source = changes.locked(found[0].thread)
    _require_managing(rights.deeds(_reader_of(actor, source), source))
    subject = _reason(subject, Thread._meta.get_field("subject").max_length or 0, "subject")
    if sent_before := _split_before(actor, found, subject):
        return sent_before
    target = Thread(
        target_type_id=source.target_type_id, target_id=source.target_id, root_type_id=source.root_type_id,
        root_id=source.root_id, space_id=source.space_id, subject=subject, created_by=actor,
        own_audience_id=source.own_audience_id, chatham_house=source.chatham_house, illustrative=source.illustrative,
    )  # fmt: skip
    target.save()
    audit.record(actor, "thread started", target, after={"subject": subject})
    _check_target(source, target)
    moved = _move(actor, source, target, [message.pk for message in found])
    if not moved:
        raise ValidationError(_("These messages have been moved or deleted in the meantime."))
    _record_moving(actor, "thread split", source, target, moved)
    return target


def _split_before(actor: User, messages: list[Message], subject: str) -> Thread | None:
    """The discussion that the same form, sent before, has made of the first of these."""
    first = Message.objects.select_related("moved_to__thread__audience").get(pk=messages[0].pk)
    went_to = access.if_readable(actor, first.moved_to.thread) if first.moved_to else None
    return went_to if went_to is not None and went_to.subject == subject else None


@transaction.atomic
def merge_threads(actor: User, source: Thread, target: Thread) -> Thread:
    """Let a whole discussion go on in another one; what is closed by that leads on those who may read the other."""
    source, target = _both_locked(source, target)
    if source.merged_into_id == target.pk:
        require(actor, "manage", target)
        return target
    _require_both(actor, source, target)
    if not source.subject:
        raise ValidationError(_("The discussion of an object stays with it. Move its messages instead."))
    if source.merged_into_id is not None:
        raise ValidationError(_("This discussion has been merged into another."))
    standing = source.messages.filter(standing__in=(Standing.POSTED, Standing.HIDDEN)).order_by("number")
    moved = _move(actor, source, target, list(standing.values_list("pk", flat=True)))
    changes.head_changed(source, merged_into=target, pinned_at=None)
    _record_moving(actor, "threads merged", source, target, moved)
    return target


def _both_locked(one: Thread, other: Thread) -> tuple[Thread, Thread]:
    """Both threads as they stand, locked in the order of their keys: two who move to and fro wait, and do not hang."""
    if one.pk == other.pk:
        raise ValidationError({"target": _("Choose another discussion.")})
    held_by_key = {thread.pk: changes.locked(thread) for thread in sorted((one, other), key=lambda each: each.pk)}
    return held_by_key[one.pk], held_by_key[other.pk]


def _reader_of(actor: User, thread: Thread) -> User:
    require(actor, "read", thread)
    return actor


def _require_both(actor: User, source: Thread, target: Thread) -> None:
    for thread in (source, target):
        require(actor, "manage", thread)
    # What is moved would leave what keeps it.
    holds.refuse_if_held(source)
    _check_target(source, target)


def _check_target(source: Thread, target: Thread) -> None:
    """What is moved is never read by more people than before, and never with the names of those who had none."""
    if why := rights.why_not_into(source, target):
        raise ValidationError({"target": why})


def _move(actor: User, source: Thread, target: Thread, keys: list[int]) -> list[Message]:
    """Put copies at the end of `target`, and leave lines without words. Gives what was moved, as it is there now."""
    wanted = source.messages.filter(pk__in=keys, standing__in=(Standing.POSTED, Standing.HIDDEN))
    old = list(wanted.select_related("author").order_by("number"))
    if len(old) > MOST_MOVED:
        raise ValidationError(_("Move at most %(limit)d messages at once.") % {"limit": MOST_MOVED})
    if not old:
        return []
    before = target.last_number
    copies = _copies(old, target)
    last_said = max([copy.created_at for copy in copies] + ([target.last_message_at] if target.last_message_at else []))
    changes.messages_changed(target, copies, last_number=before + len(copies), last_message_at=last_said)
    _leave_lines(source, old, copies)
    _repoint({one.pk: copy.pk for one, copy in zip(old, copies, strict=True)})
    for message, copy in zip(old, copies, strict=True):
        files.move(message, copy)
    _carry_read_marks(source, target, old, before)
    return copies


def _copies(old: list[Message], target: Thread) -> list[Message]:
    """The same messages with numbers of `target`, not saved yet; each answers to the copy of what it answered to."""
    copies: dict[int, Message] = {}
    for number, message in enumerate(old, start=target.last_number + 1):
        copies[message.pk] = Message(
            thread=target, number=number, author=message.author, text=message.text, standing=message.standing,
            standing_reason=message.standing_reason, edited_at=message.edited_at, created_at=message.created_at,
            submission=uuid4(), answers=copies.get(message.answers_id or 0),
        )  # fmt: skip
    return list(copies.values())


def _leave_lines(source: Thread, old: list[Message], copies: list[Message]) -> None:
    """The old places, without words; and what shows the beginning of one of them since it answered to it."""
    keys = [message.pk for message in old]
    for message, copy in zip(old, copies, strict=True):
        message.text, message.standing, message.standing_reason = "", Standing.MOVED, ""
        message.moved_to = copy
    answers = source.messages.filter(answers__in=keys, standing=Standing.POSTED).exclude(pk__in=keys)
    changes.messages_changed(source, [*old, *answers.order_by("number")])


def _repoint(copies: dict[int, int]) -> None:
    """Whatever points to the old places points to the new ones: earlier wordings, signs, files, what came of it."""
    own = {"answers", "moved_to"}
    for relation in Message._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.field.name in own:
            continue
        rows, name = relation.related_model._base_manager, relation.field.name
        for pk, old in rows.filter(**{f"{name}__in": list(copies)}).values_list("pk", f"{name}_id"):
            rows.filter(pk=pk).update(**{f"{name}_id": copies[old]})
    message_type = ContentType.objects.get_for_model(Message)
    for model in apps.get_models():
        for pointer in model._meta.private_fields:
            if isinstance(pointer, GenericForeignKey) and model._meta.label not in AS_THEY_ARE:
                _repoint_generic(model, pointer, message_type, copies)


def _repoint_generic(model: Any, pointer: GenericForeignKey, kind: ContentType, copies: dict[int, int]) -> None:
    rows, name = model._base_manager, pointer.fk_field
    pointed = rows.filter(**{pointer.ct_field: kind, f"{name}__in": list(copies)})
    for pk, old in pointed.values_list("pk", name):
        rows.filter(pk=pk).update(**{name: copies[old]})


def _carry_read_marks(source: Thread, target: Thread, old: list[Message], before: int) -> None:
    """Whoever takes part in `source` and may read `target` takes part there too; what was unread stays so.

    Whoever had read all of `target` and all that came is up to date.
    """
    numbers = [message.number for message in old]
    marks = {mark.user_id: mark for mark in source.read_marks.select_related("user")}
    there = {mark.user_id: mark for mark in target.read_marks.filter(user__in=marks)}
    for user in access.readers_among([mark.user for mark in marks.values()], target):
        read = before + sum(number <= marks[user.pk].number for number in numbers)
        present = there.get(user.pk)
        if present is None:
            ReadMark.objects.create(user=user, thread=target, number=read, interest=marks[user.pk].interest)
        elif present.number >= before:
            ReadMark.objects.filter(pk=present.pk).update(number=read)
    told = list(target.read_marks.values_list("user_id", flat=True))
    transaction.on_commit(lambda: pokes.counts_changed(told))


def _record_moving(actor: User, verb: str, source: Thread, target: Thread, moved: list[Message]) -> None:
    """In the trail of each thread, without the name of the other: whoever reads one may not know of the other."""
    audit.record(actor, verb, source, after={"messages": len(moved)}, details={"target": target, "messages": moved})
    numbers = {"numbers": [message.number for message in moved]}
    audit.record(actor, "messages moved here", target, after=numbers, details={"source": source, "messages": moved})


# --- what the space allows -----------------------------------------------------------------------------------------
@transaction.atomic
def set_rules(actor: User, space: Space, *, change_minutes: int | None, open_history: bool) -> SpaceRules:
    """Say for how long members may change what they have said, and who sees earlier wordings."""
    require(actor, "manage", space)
    wanted = {"change_minutes": change_minutes, "open_history": open_history}
    present = rights.rules_of(space.pk)
    before = {name: getattr(present, name) for name in wanted}
    if before == wanted:
        return present
    rules, _is_new = SpaceRules.objects.update_or_create(space=space, defaults=wanted)
    audit.record(actor, "discussion rules changed", space, before=before, after=wanted)
    return rules
