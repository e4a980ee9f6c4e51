"""Imports of actions and commitments out of sheets: opened, matched, checked, and then all rows or none.

Each row goes through the services that a form would call, so that nothing comes in by a sheet that no form would take.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_tasks import task

from accounts.models import User
from coordination import access, audit, sheets
from coordination.columns import IMPORTED, guess
from coordination.import_plan import CHANGED, KEYS_AT_ONCE, MADE, SAME, Plan, Planned
from coordination.models import Action, Commitment, Import, ImportKind, ImportProgress, ImportStage, Space
from coordination.services import sheet_stages
from coordination.services.actions import create_action, edit_action, reassign_action, report_on_action
from coordination.services.commitments import edit_commitment, make_commitment
from coordination.services.shared import remembering_who_takes_part, require, save_once, sent_before
from coordination.tasks import WAITED_FOR

logger = logging.getLogger(__name__)
# A sheet is no record: what came of it is. It goes with everything that was said of it.
KEPT_FOR = timedelta(days=7)
# What it takes to import into a space.
RIGHT: dict[str, str] = {ImportKind.ACTIONS: "contribute", ImportKind.COMMITMENTS: "record"}
PROGRESS_SECONDS = 1.0
# More than anybody mends from one page; they are counted all the same.
MOST_PROBLEMS = 500
# Sheets of one user that are on their way: each may hold megabytes until it is imported or deleted.
MOST_OPEN = 5
# What of an import is large, and of no use to whoever only asks how it stands.
LARGE = ("rows", "shown", "problems")


class RowRefused(Exception):
    """A service refused what the plan had let through; the row, the column where it is known, and the sentence."""

    def __init__(self, row: int, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.row, self.column, self.sentence = row, column, sentence


@transaction.atomic
def open_import(
    actor: User, space: Space, kind: str, *, content: bytes, file_name: str = "", submission: UUID | None = None
) -> Import:
    """Take in a sheet. ValidationError beside `file` where it is none, or too large. Sent twice, it is one."""
    require(actor, RIGHT[kind], space)
    if before := sent_before(Import, submission, created_by=actor):
        return before
    if Import.objects.filter(created_by=actor).exclude(stage=ImportStage.DONE).count() >= MOST_OPEN:
        raise ValidationError({"file": _("You have %d sheets here already: import or delete one first.") % MOST_OPEN})
    sheet = sheet_stages.read_sheet(content, sheets.most_rows())
    job = Import(
        space=space,
        kind=kind,
        file_name=file_name[:255],
        headings=sheet.headings,
        rows=sheet.rows,
        matching=guess(sheet.headings, sheet.keys, IMPORTED[kind]),
        submission=submission,
        created_by=actor,
    )
    if not save_once(job):
        return sent_before(Import, submission, created_by=actor)
    ImportProgress.objects.create(of=job)
    forget_import.using(run_after=timezone.now() + KEPT_FOR).enqueue(job.key)
    return job


def match_columns(actor: User, job: Import, matching: dict[str, int]) -> Import:
    """Say which heading is which column, and check all rows by it. Nothing is written but the preview.

    The rows are checked before anything is locked: that takes seconds, and SQLite has one writer. What changes in
    between is found when they are imported.
    """
    job = Import.objects.select_related("space").get(pk=job.pk)
    _check_stage_and_right(actor, job)
    sheet_stages.take_matching(job, matching, IMPORTED[job.kind])
    with access.remembering():
        plan = Plan(job, actor)
    with transaction.atomic():
        _check_stage_and_right(actor, _locked(actor, job))
        _note_plan(job, plan)
        job.stage = ImportStage.PREVIEW
        job.save(update_fields=["matching", "shown", "problems", "made", "changed", "unchanged", "stage"])
    return job


def _check_stage_and_right(actor: User, job: Import) -> None:
    _require_own(actor, job)
    sheet_stages.check_may_match(job)


def _note_plan(job: Import, plan: Plan) -> None:
    job.shown = [row.shown for row in plan.rows]
    job.problems = plan.problems[:MOST_PROBLEMS]
    job.made, job.changed, job.unchanged = (plan.number_of(each) for each in (MADE, CHANGED, SAME))


def preview_of(actor: User, job: Import, at_most: int) -> list[dict[str, Any]]:
    """The first rows that are not refused, in words: those that something happens to before the others.

    Which rows these are was found when all of them were checked; only these are looked at anew.
    """
    by_outcome = [CHANGED, MADE, SAME]
    noted = [(by_outcome.index(outcome), number) for number, outcome, *_rest in job.shown if outcome in by_outcome]
    plan = Plan(job, actor, {number for _outcome, number in sorted(noted)[:at_most]})
    labels = {column.key: str(column.label) for column in IMPORTED[job.kind]}
    words = {CHANGED: _("changed"), MADE: _("made"), SAME: _("as it is")}
    taken = [row for row in plan.rows if row.outcome in words]
    rows = sorted(taken, key=lambda row: (by_outcome.index(row.outcome), row.number))
    return [
        {
            "number": row.number,
            "outcome": words[row.outcome],
            "title": row.values.get("title") or "–",
            "url": row.target.get_absolute_url() if row.target else "",
            "reference": row.target.short_reference if row.target else "",
            "changes": [(labels[key], *plan.in_words(row, key)) for key in row.changes if key != "title" or row.target],
        }
        for row in rows
    ]


@transaction.atomic
def start_import(actor: User, job: Import) -> Import:
    """Let the worker import what the preview showed. Clicked twice, it is one import."""
    job = _locked(actor, job)
    if job.stage in (ImportStage.WAITING, ImportStage.DONE):
        return job
    sheet_stages.check_may_start(job)
    job.stage, job.started_at = ImportStage.WAITING, timezone.now()
    job.save()
    # Nothing is refused, so that these are all rows.
    total = job.made + job.changed + job.unchanged
    ImportProgress.objects.filter(of=job).update(done=0, total=total)
    run_import.enqueue(job.key)
    return job


@transaction.atomic
def discard_import(actor: User, job: Import) -> None:
    """Delete the sheet and all that was said of it. What was imported stays."""
    job = _locked(actor, job)
    sheet_stages.check_may_discard(job)
    job.delete()


def _locked(actor: User, job: Import) -> Import:
    jobs = Import.objects.select_for_update(of=("self",)).select_related("space")
    job = jobs.defer(*LARGE).get(pk=job.pk)
    _require_own(actor, job)
    return job


def _require_own(actor: User, job: Import) -> None:
    if job.created_by_id != actor.pk:
        raise PermissionDenied(_("You do not have the right to do this."))
    require(actor, RIGHT[job.kind], job.space)


@task()
def forget_import(key: str) -> None:
    """Its days are over. An import that the worker has not come to by then goes as well."""
    Import.objects.filter(key=key).delete()


@task(priority=WAITED_FOR)
def run_import(key: str) -> None:
    """Write all rows in one transaction, or say why none. Run twice, also at once, it imports once.

    A worker that dies leaves nothing: the transaction ends with it, and the task is taken up again.
    """
    job = Import.objects.filter(key=key).select_related("created_by").defer(*LARGE).first()
    if job is None:
        return
    with override(job.created_by.language), access.remembering(), timezone.override(_zone_of(job.created_by)):
        try:
            _import_all(job)
        except RowRefused as refused:
            _fail(job, _("Nothing was imported."), [(refused.row, refused.column, refused.sentence)])
        except PermissionDenied:
            _fail(job, _("Nothing was imported: you do not have the right to it any more."))
        except _Differs as differs:
            sentence = _("This has changed since the sheet was checked.")
            _fail(
                job,
                _("Nothing was imported: what is here has changed since the sheet was checked. Check it once more."),
                [(number, "", sentence) for number in differs.numbers],
            )
        except Exception:
            logger.exception("Import %s failed.", job.key)
            _fail(job, _("Nothing was imported, for a reason that we did not foresee. Try once more."))


def _zone_of(user: User) -> Any:
    return getattr(user, "time_zone", None) or timezone.get_default_timezone()


class _Differs(Exception):
    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers


def _import_all(job: Import) -> None:
    with transaction.atomic():
        # Of two imports into one space the second waits, and then sees what the first has made.
        Space.objects.select_for_update(of=("self",), no_key=True).get(pk=job.space_id)
        job = Import.objects.select_for_update(of=("self",)).select_related("space", "created_by").get(pk=job.pk)
        if job.stage != ImportStage.WAITING:
            return
        actor = job.created_by
        require(actor, RIGHT[job.kind], job.space)
        _lock_targets(job)
        plan = Plan(job, actor)
        shown = [row.shown for row in plan.rows]
        if shown != job.shown:
            raise _Differs([now[0] for now, before in zip(shown, job.shown, strict=True) if now != before])
        touched: list[Any] = []
        with audit.at_once(), remembering_who_takes_part(), _counting(job) as count:
            for row in plan.rows:
                if row.outcome != SAME:
                    touched.append(_write(actor, job, row))
                count()
        # It takes a while: whose right has ended by now imports nothing.
        access.forget()
        require(User.objects.get(pk=actor.pk), RIGHT[job.kind], job.space)
        _finish(actor, job, plan, touched)


def _lock_targets(job: Import) -> None:
    """By key, as whoever changes many actions does, so that two of them wait for one another."""
    model: Any = Action if job.kind == ImportKind.ACTIONS else Commitment
    keys = sorted(target[0] for _number, _outcome, *target in job.shown if target)
    for first in range(0, len(keys), KEYS_AT_ONCE):
        rows = model.objects.select_for_update().filter(pk__in=keys[first : first + KEYS_AT_ONCE]).order_by("pk")
        list(rows.values_list("pk"))


def _finish(actor: User, job: Import, plan: Plan, touched: list[Any]) -> None:
    counts = {outcome: plan.number_of(outcome) for outcome in (MADE, CHANGED, SAME)}
    if touched:
        details = {str(job.kind): [one.pk for one in touched]}
        audit.record(actor, "sheet imported", job.space, after={"kind": job.kind, **counts}, details=details)
    job.stage, job.headings, job.rows, job.shown = ImportStage.DONE, [], [], []
    job.save()


def _fail(job: Import, sentence: str, problems: list[tuple[int, str, str]] | None = None) -> None:
    """The sheet stays as it was checked, so that it can be checked once more."""
    stage = ImportStage.FAILED
    Import.objects.filter(pk=job.pk, stage=ImportStage.WAITING).update(
        stage=stage, refusal=sentence[:500], problems=(problems or [])[:MOST_PROBLEMS]
    )


def check_again(actor: User, job: Import) -> Import:
    """Make a new preview of a sheet whose import failed, or to which no worker comes, by the same columns."""
    with transaction.atomic():
        job = _locked(actor, job)
        if job.stage != ImportStage.FAILED and not job.is_stuck:
            return job
        job.stage, job.refusal = ImportStage.MATCHING, ""
        job.save()
    return match_columns(actor, job, job.matching)


# --- one row -------------------------------------------------------------------------------------------------------
def _write(actor: User, job: Import, row: Planned) -> Any:
    """What was made or changed."""
    try:
        if row.target is None:
            return (_make_action if job.kind == ImportKind.ACTIONS else _make_commitment)(actor, job, row)
        return (_change_action if job.kind == ImportKind.ACTIONS else _change_commitment)(actor, row)
    except ValidationError as refusal:
        column = next(iter(refusal.error_dict), "") if hasattr(refusal, "error_dict") else ""
        labels = {one.key: str(one.label) for one in IMPORTED[job.kind]}
        raise RowRefused(row.number, labels.get(column, ""), " ".join(refusal.messages)) from refusal


def _make_action(actor: User, job: Import, row: Planned) -> Action:
    fields = {name: value for name, value in row.changes.items() if name not in ("person", "state")}
    fields.setdefault("language", actor.language)
    action = create_action(actor, job.space, owner_person=row.changes.get("person"), **fields)
    return _move(actor, action, row)


def _change_action(actor: User, row: Planned) -> Action:
    action: Action = row.target
    fields = {name: value for name, value in row.changes.items() if name not in ("owner", "person", "state")}
    if fields:
        action = edit_action(actor, action, version=action.version, **fields)
    # Before it is handed on: afterwards it may be another's to follow up.
    action = _move(actor, action, row)
    if "owner" in row.changes or "person" in row.changes:
        person = row.changes.get("person", action.owner_person)
        owner = row.changes.get("owner", action.owner)
        action = reassign_action(actor, action, owner, person, version=action.version)
    return action


def _move(actor: User, action: Action, row: Planned) -> Action:
    if state := row.changes.get("state"):
        return report_on_action(actor, action, state=state, seen_state=action.state).action
    return action


def _make_commitment(actor: User, job: Import, row: Planned) -> Commitment:
    fields = dict(row.changes)
    fields.setdefault("language", actor.language)
    return make_commitment(actor, job.space, **fields)


def _change_commitment(actor: User, row: Planned) -> Commitment:
    return edit_commitment(actor, row.target, version=row.target.version, **row.changes)


# --- progress ------------------------------------------------------------------------------------------------------
@contextmanager
def _counting(job: Import) -> Iterator[Callable[[], None]]:
    """Counts the rows that are written, for the page that shows the progress.

    The number is written beside the transaction, which nobody sees before its end. SQLite has one writer: there the
    number waits for the end too, and the page shows that it is being written, without a number.
    """
    done = 0
    ended = threading.Event()

    def count() -> None:
        nonlocal done
        done += 1

    def note() -> None:
        try:
            while not ended.wait(PROGRESS_SECONDS):
                ImportProgress.objects.filter(of=job.pk).update(done=done)
        except DatabaseError:
            logger.debug("The progress of import %s is not noted.", job.key)
        finally:
            connection.close()

    # Within another transaction, as in a test, nobody beside it could see the row.
    beside = connection.vendor != "sqlite" and len(connection.savepoint_ids) == 0
    thread = threading.Thread(target=note, name="progress of an import", daemon=True) if beside else None
    if thread:
        thread.start()
    try:
        yield count
    finally:
        ended.set()
        if thread:
            thread.join()
        else:
            ImportProgress.objects.filter(of=job.pk).update(done=done)
