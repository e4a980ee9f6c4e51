"""Briefing packs: begun, written in, and made as PDF for one reader each."""

import io
import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_tasks import task

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation
from coordination.selectors import organisations_in
from coordination.services import StaleVersion, change_marking, require, sent_before
from coordination.tasks import WAITED_FOR, made_once
from meetings import briefing
from meetings.briefing import paper
from meetings.models import (
    SECTIONS_OF_A_MEETING,
    BriefingPack,
    BriefingPaper,
    BriefingSection,
    BriefingText,
    Meeting,
    PaperState,
    Visit,
    VisitMember,
)
from meetings.models.briefing import TEXT_MAX_LENGTH
from meetings.selectors.briefing import briefing_of

logger = logging.getLogger(__name__)
# A paper is for the days of a visit, and is made anew within a minute.
KEPT_FOR = timedelta(days=14)
# How often the progress is written down: each time is a commit.
PROGRESS_SECONDS = 0.5


# --- the pack and its texts ----------------------------------------------------------------------------------------
@transaction.atomic
def begin_briefing(actor: User, visit: Visit) -> BriefingPack:
    """Begin the pack of `visit`; the second time it is the same one. One that `actor` may not read is not there."""
    require(actor, "record", visit)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if begun_before := briefing_of(visit, actor):
        return begun_before
    pack = BriefingPack(space_id=visit.space_id, visit=visit, created_by=actor)
    pack.save()
    audit.record(actor, "briefing begun", pack)
    return pack


@transaction.atomic
def write_in_briefing(
    actor: User,
    pack: BriefingPack,
    *,
    section: str,
    text: str,
    meeting: Meeting | None = None,
    language: str = "en",
    marking: str = "",
    organisations: Iterable[Organisation] = (),
    users: Iterable[User] = (),
    submission: UUID | None = None,
) -> BriefingText:
    """Write a text in a section, for all readers of the pack or with a `marking` for some of them. Sent twice, it is
    one text."""
    pack = _locked(actor, pack)
    if before := sent_before(BriefingText, submission, created_by=actor):
        return before
    if meeting is not None:
        require(actor, "read", meeting)
        # Whoever narrows the meeting waits, and then narrows this too.
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    _check_place(pack, section, meeting)
    written = BriefingText(
        space_id=pack.space_id,
        pack=pack,
        section=section,
        meeting=meeting,
        position=BriefingText.objects.filter(pack=pack, section=section, meeting=meeting).count(),
        text=_checked(text),
        language=language,
        compiled=_digest(actor, pack, section, meeting),
        submission=submission,
        created_by=actor,
        updated_by=actor,
    )
    written.save()
    if marking:
        change_marking(actor, written, marking, organisations=organisations, users=users)
        written.refresh_from_db(fields=["own_audience", "audience"])
    # Never what was written: the trail has other readers than the text.
    audit.record(actor, "briefing written", written, after={"section": section})
    return written


@transaction.atomic
def edit_briefing_text(actor: User, written: BriefingText, *, version: int, **changes: Any) -> BriefingText:
    """Change a text. `version` is that of the form: an older one is refused."""
    pack = _locked(actor, written.pack)
    written = BriefingText.objects.select_for_update(of=("self",)).get(pk=written.pk)
    require(actor, "record", written)
    if written.version != version:
        raise StaleVersion
    if "text" in changes:
        changes["text"] = _checked(changes["text"])
    for name, value in changes.items():
        setattr(written, name, value)
    written.compiled, written.updated_by = _digest(actor, pack, written.section, written.meeting), actor
    written.version += 1
    written.save()
    audit.record(actor, "briefing changed", written, after={"section": written.section, "version": written.version})
    return written


@transaction.atomic
def remove_briefing_text(actor: User, written: BriefingText, *, version: int) -> None:
    """Strike a text out of the pack."""
    pack = _locked(actor, written.pack)
    written = BriefingText.objects.select_for_update(of=("self",)).get(pk=written.pk)
    require(actor, "record", written)
    if written.version != version:
        raise StaleVersion
    audit.record(actor, "briefing text removed", pack, before={"section": written.section, "version": written.version})
    written.delete()


def _locked(actor: User, pack: BriefingPack) -> BriefingPack:
    """The pack as it is now, locked, if `actor` may write in it."""
    # Without a join to its audience: PostgreSQL would check it again after a wait for the lock, and find no row.
    pack = BriefingPack.objects.select_for_update(of=("self",)).get(pk=pack.pk)
    require(actor, "record", pack)
    return pack


def _check_place(pack: BriefingPack, section: str, meeting: Meeting | None) -> None:
    if section not in BriefingSection.values or (section in SECTIONS_OF_A_MEETING) != (meeting is not None):
        raise ValidationError(_("There is no such section in this briefing."))
    if meeting is not None and not pack.visit.programme.filter(meeting=meeting).exists():
        raise ValidationError(_("This meeting is not in the programme of the visit."))


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError({"text": _("Write something, or remove the text.")})
    if len(text) > TEXT_MAX_LENGTH:
        raise ValidationError({"text": _("Say it in at most %(limit)d characters.") % {"limit": TEXT_MAX_LENGTH}})
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValidationError({"text": _("There are characters in it that are no text.")})
    return text


def _digest(actor: User, pack: BriefingPack, section: str, meeting: Meeting | None) -> str:
    """What is compiled beside the text at this moment, for the eyes of its writer."""
    if meeting is not None and not pack.visit.programme.filter(meeting=meeting).exists():
        return ""
    return briefing.compile_part(pack, actor, BriefingSection(section), meeting).digest


# --- on paper ------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_briefing_paper(actor: User, pack: BriefingPack, member: VisitMember | None = None) -> BriefingPaper:
    """Let the worker make the pack as PDF for `actor`, or for a member of the delegation without an account, to whom
    `actor` hands it. Asked twice, it is made once."""
    require(actor, "read" if member is None else "record", pack)
    if member is not None:
        _check_member(actor, pack, member)
    own = BriefingPaper.objects.filter(pack=pack, reader=actor)
    wanted = BriefingPaper(pack=pack, space_id=pack.space_id, reader=actor, made_for=member)
    asked, is_new = made_once(own.defer("content"), wanted)
    if not is_new:
        if asked.made_for_id != wanted.made_for_id:
            raise ValidationError(_("Another PDF of it is being made for you. Ask again when it is there."))
        return asked
    make_briefing_paper.enqueue(asked.key)
    forget_briefing_paper.using(run_after=timezone.now() + KEPT_FOR).enqueue(asked.key)
    return asked


def _check_member(actor: User, pack: BriefingPack, member: VisitMember) -> None:
    outsider = outsider_of(actor, pack, member)
    if member.visit_id != pack.visit_id or outsider is None:
        raise ValidationError(_("Whoever has an account reads the briefing there."))
    there = organisations_in(pack.space).filter(pk=member.organisation_id)
    if not there.exists() or not access.may_read(outsider, pack):
        raise ValidationError(_("The organisation of this person may not read the briefing."))


def outsider_of(actor: User, pack: BriefingPack, member: VisitMember) -> access.Outsider | None:
    """The member as a reader of what `actor` hands over; None for somebody with an account, and for nobody."""
    person = member.person or (member.post.person if member.post else None)
    if person is None or person.user_id is not None:
        return None
    return access.Outsider(actor, member.organisation_id, pack.space_id, person.name, actor.language)


def may_open_paper(user: User, found: BriefingPaper) -> bool:
    """Whether all that stands in it may still be read: by `user`, and by whoever it was made for."""
    if not briefing.may_all_be_read(user, found.sources):
        return False
    if found.made_for is None:
        return True
    outsider = outsider_of(user, found.pack, found.made_for)
    return outsider is not None and briefing.may_all_be_read(outsider, found.sources)


@task()
def forget_briefing_paper(key: str) -> None:
    """Its days are over."""
    BriefingPaper.objects.filter(key=key).delete()


@task(priority=WAITED_FOR)
def make_briefing_paper(key: str) -> None:
    """Make it. Run twice, it is made once; a worker that dies over it leaves it waiting, and it is taken up again."""
    asked = (
        BriefingPaper.objects.filter(key=key, state=PaperState.WAITING)
        .select_related("reader", "pack", "made_for__person", "made_for__post__person")
        .first()
    )
    if asked is None:
        return
    reader = asked.reader
    zone = getattr(reader, "time_zone", None) or timezone.get_default_timezone()
    try:
        with override(reader.language), timezone.override(zone), access.remembering():
            _make(asked, reader if asked.made_for is None else outsider_of(reader, asked.pack, asked.made_for))
    except Exception:
        logger.exception("Briefing %s was not made.", key)
        BriefingPaper.objects.filter(pk=asked.pk, state=PaperState.WAITING).update(state=PaperState.FAILED)


def _make(asked: BriefingPaper, reader: access.Reader | None) -> None:
    packs = BriefingPack.objects.readable_by(reader or AnonymousUser()).filter(pk=asked.pack_id, visit__live=True)
    pack = packs.select_related("audience", "visit__audience", "visit__organisation", "visit__country").first()
    if pack is None or reader is None:
        # The right to it ended before the worker came to it: nothing is there to be made.
        asked.delete()
        return
    progress = _Progress(asked)
    compiled = briefing.compile_for(pack, reader, tell=progress.compiled)
    content = paper.as_pdf(compiled, tell=progress.laid_out)
    from pypdf import PdfReader

    pages = len(PdfReader(io.BytesIO(content)).pages)
    with transaction.atomic():
        row = BriefingPaper.objects.select_for_update(of=("self",)).filter(pk=asked.pk).first()
        if row is None or row.state != PaperState.WAITING:
            return
        row.content, row.pages, row.sources, row.digest = content, pages, compiled.sources, compiled.digest
        row.state, row.made_at, row.done, row.total = PaperState.READY, timezone.now(), pages, pages
        row.save()
        same = BriefingPaper.objects.filter(pack=pack, reader=asked.reader, made_for=asked.made_for)
        same.exclude(pk=row.pk).delete()
        after = {"pages": pages, "marking": compiled.marking}
        if asked.made_for is not None:
            after["made_for"] = asked.made_for.pk
        audit.record(asked.reader, "exported", pack, after=after)


class _Progress:
    """Written down beside the work, so that the page which waits for it can show it."""

    def __init__(self, asked: BriefingPaper) -> None:
        self.asked, self.chapters, self.written_at = asked, 0, 0.0

    def compiled(self, done: int, total: int) -> None:
        self.chapters = total
        # How many pages there will be is known at the end: as yet, about so many.
        self._write(done, total * 4)

    def laid_out(self, page: int, about: int) -> None:
        about = max(about, page)
        self._write(self.chapters + page, self.chapters + about + 1)

    def _write(self, done: int, total: int) -> None:
        if time.monotonic() - self.written_at < PROGRESS_SECONDS:
            return
        self.written_at = time.monotonic()
        BriefingPaper.objects.filter(pk=self.asked.pk).update(done=done, total=total)
