"""Invitations out of a sheet: opened, matched, checked, and then all of them or none, as coordination.services.imports
does it with actions. Each row goes through the services that forms call."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_tasks import task

from accounts.models import User
from coordination import access, audit, services
from coordination.columns import guess
from coordination.models import ImportStage, Role
from coordination.services import sheet_stages
from coordination.tasks import WAITED_FOR
from home.invitation_plan import COLUMNS, Plan, PlannedInvitation
from home.models import InvitationSheet
from home.services import invite_person

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=7)
MOST_INVITED = 500
MOST_OPEN = 5
MOST_PROBLEMS = 500


class RowRefused(Exception):
    def __init__(self, row: int, sentence: str) -> None:
        super().__init__(sentence)
        self.row, self.sentence = row, sentence


def _require_office(actor: User) -> None:
    if not access.can_in_office(actor, "invite"):
        raise PermissionDenied


@transaction.atomic
def open_sheet(actor: User, *, content: bytes, file_name: str = "", submission: UUID | None = None) -> InvitationSheet:
    """Take in a sheet. ValidationError beside `file` where it is none, or too large. Sent twice, it is one."""
    _require_office(actor)
    if submission and (sent_before := _sent_as(actor, submission)):
        return sent_before
    if InvitationSheet.objects.filter(created_by=actor).exclude(stage=ImportStage.DONE).count() >= MOST_OPEN:
        raise ValidationError({"file": _("You have %d sheets here already: import or delete one first.") % MOST_OPEN})
    read = sheet_stages.read_sheet(content, MOST_INVITED)
    sheet = InvitationSheet(
        file_name=file_name[:255],
        headings=read.headings,
        rows=read.rows,
        matching=guess(read.headings, read.keys, COLUMNS),
        submission=submission,
        created_by=actor,
    )
    try:
        with transaction.atomic():
            sheet.save()
    except IntegrityError:
        if sent_at_once := _sent_as(actor, submission):
            return sent_at_once
        raise ValidationError({"file": _("This sheet is being imported already.")}) from None
    forget_sheet.using(run_after=timezone.now() + KEPT_FOR).enqueue(sheet.key)
    return sheet


def _sent_as(actor: User, submission: UUID | None) -> InvitationSheet | None:
    return InvitationSheet.objects.filter(submission=submission, created_by=actor).first()


@transaction.atomic
def match_sheet(actor: User, sheet: InvitationSheet, matching: dict[str, int]) -> InvitationSheet:
    """Say which heading is which column, and check all rows by it. Nothing is written but the preview."""
    sheet = _locked(actor, sheet)
    sheet_stages.check_may_match(sheet)
    sheet_stages.take_matching(sheet, matching, COLUMNS)
    plan = Plan(sheet, actor)
    sheet.shown, sheet.problems = [row.shown for row in plan.rows], plan.problems[:MOST_PROBLEMS]
    sheet.made = len({row.values["email"] for row in plan.rows if not row.problems})
    sheet.stage, sheet.refusal = ImportStage.PREVIEW, ""
    sheet.save()
    return sheet


def preview_of(actor: User, sheet: InvitationSheet, at_most: int) -> list[PlannedInvitation]:
    """The first rows that are not refused."""
    return [row for row in Plan(sheet, actor).rows if not row.problems][:at_most]


@transaction.atomic
def start_sheet(actor: User, sheet: InvitationSheet) -> InvitationSheet:
    """Let the worker invite whom the preview showed. Clicked twice, it is done once."""
    sheet = _locked(actor, sheet)
    if sheet.stage in (ImportStage.WAITING, ImportStage.DONE):
        return sheet
    sheet_stages.check_may_start(sheet)
    sheet.stage, sheet.started_at = ImportStage.WAITING, timezone.now()
    sheet.save()
    invite_all.enqueue(sheet.key)
    return sheet


@transaction.atomic
def check_sheet_again(actor: User, sheet: InvitationSheet) -> InvitationSheet:
    """A new preview of a sheet that failed, or to which no worker comes, by the same columns."""
    sheet = _locked(actor, sheet)
    if sheet.stage != ImportStage.FAILED and not sheet.is_stuck:
        return sheet
    sheet.stage = ImportStage.MATCHING
    sheet.save()
    return match_sheet(actor, sheet, sheet.matching)


@transaction.atomic
def discard_sheet(actor: User, sheet: InvitationSheet) -> None:
    """Delete the sheet and all that was said of it. Who was invited stays invited."""
    sheet = _locked(actor, sheet)
    sheet_stages.check_may_discard(sheet)
    sheet.delete()


def _locked(actor: User, sheet: InvitationSheet) -> InvitationSheet:
    sheet = InvitationSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    _require_office(actor)
    if sheet.created_by_id != actor.pk:
        raise PermissionDenied
    return sheet


@task()
def forget_sheet(key: str) -> None:
    InvitationSheet.objects.filter(key=key).delete()


@task(priority=WAITED_FOR)
def invite_all(key: str) -> None:
    """Invite everybody in one transaction, or say why nobody is. Run twice, also at once, it is done once: the mails
    are tasks of the same transaction."""
    sheet = InvitationSheet.objects.filter(key=key).select_related("created_by").first()
    if sheet is None:
        return
    with override(sheet.created_by.language), access.remembering():
        try:
            _invite_all(sheet)
        except RowRefused as refused:
            _fail(sheet, _("Nobody was invited."), [(refused.row, "", refused.sentence)])
        except PermissionDenied:
            _fail(sheet, _("Nobody was invited: you do not have the right to it any more."))
        except Exception:
            logger.exception("The invitations of sheet %s failed.", sheet.key)
            _fail(sheet, _("Nobody was invited, for a reason that we did not foresee. Try once more."))


@transaction.atomic
def _invite_all(sheet: InvitationSheet) -> None:
    sheet = InvitationSheet.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=sheet.pk)
    if sheet.stage != ImportStage.WAITING:
        return
    actor = sheet.created_by
    _require_office(actor)
    plan = Plan(sheet, actor)
    for now, before in zip([row.shown for row in plan.rows], sheet.shown, strict=True):
        if now != before:
            raise RowRefused(now[0], _("This has changed since the sheet was checked."))
    invited: dict[str, User] = {}
    for row in plan.rows:
        _invite(actor, row, invited)
    audit.record(actor, "people invited from a sheet", actor, after={"invited": len(invited)})
    sheet.stage, sheet.made = ImportStage.DONE, len(invited)
    sheet.headings, sheet.rows, sheet.shown = [], [], []
    sheet.save()


def _invite(actor: User, row: PlannedInvitation, invited: dict[str, User]) -> None:
    """The account with the first row of a person, and with each the membership."""
    values = row.values
    try:
        if values["email"] not in invited:
            fields: dict[str, Any] = {name: values[name] for name in ("email", "name", "organisation")}
            language = values.get("language") or actor.language
            invited[values["email"]] = invite_person(actor, **fields, language=language, by_worker=True)
        if space := values.get("space"):
            services.grant_membership(actor, space, invited[values["email"]], values.get("role") or Role.READER)
    except ValidationError as refusal:
        raise RowRefused(row.number, " ".join(refusal.messages)) from refusal


def _fail(sheet: InvitationSheet, sentence: str, problems: list[tuple[int, str, str]] | None = None) -> None:
    """The sheet stays as it was checked, so that it can be checked once more."""
    InvitationSheet.objects.filter(pk=sheet.pk, stage=ImportStage.WAITING).update(
        stage=ImportStage.FAILED, refusal=sentence[:500], problems=problems or []
    )
