"""Archives of spaces: asked for by whoever may take a space along, made by the worker for that reader, and kept for
some days."""

import logging
import tempfile
import time
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from accounts.models import User
from coordination import access, audit
from coordination.models import Space
from coordination.services import require
from coordination.tasks import WAITED_FOR, made_once
from home.archive import writing
from home.models import EXPORT_KEPT_FOR, ExportState, SpaceArchive
from meetings.briefing import may_all_be_read

logger = logging.getLogger(__name__)
# How often the progress is written down: each time is a commit.
PROGRESS_SECONDS = 0.5


@transaction.atomic
def ask_for_archive(actor: User, space: Space) -> SpaceArchive:
    """Let the worker make the archive of `space` for `actor`. Asked twice, it is made once."""
    require(actor, "take_along", space)
    own = SpaceArchive.objects.filter(space=space, reader=actor)
    asked, is_new = made_once(own, SpaceArchive(space=space, reader=actor))
    if not is_new:
        return asked
    audit.record(actor, "archive asked for", space)
    make_archive.enqueue(asked.key)
    forget_archive.using(run_after=timezone.now() + EXPORT_KEPT_FOR).enqueue(asked.key)
    return asked


def archive_of(user: User, space: Space) -> SpaceArchive | None:
    """The last one that `user` asked for. Of others nobody is told."""
    return access.readable_by(SpaceArchive.objects.filter(space=space), user).first()


def may_open(user: User, archive: SpaceArchive) -> bool:
    """Whether it is there for `user`, who asked for it and may still read all that stands in it."""
    if archive.state != ExportState.READY or archive.reader_id != user.pk:
        return False
    return access.can(user, "take_along", archive.space) and may_all_be_read(user, archive.sources)


def note_fetching(actor: User, archive: SpaceArchive) -> None:
    audit.record(actor, "archive fetched", archive.space)


@task()
def forget_archive(key: str) -> None:
    """Its days are over."""
    for archive in SpaceArchive.objects.filter(key=key):
        archive.delete()


@task(priority=WAITED_FOR)
def make_archive(key: str) -> None:
    """Make it. Run twice, it is made once; a worker that dies over it leaves it waiting, and it is taken up again."""
    asked = SpaceArchive.objects.filter(key=key, state=ExportState.WAITING).select_related("reader", "space").first()
    if asked is None:
        return
    zone = getattr(asked.reader, "time_zone", None) or timezone.get_default_timezone()
    try:
        with override(asked.reader.language), timezone.override(zone):
            _make(asked)
    except Exception:
        logger.exception("Archive %s was not made.", key)
        SpaceArchive.objects.filter(pk=asked.pk, state=ExportState.WAITING).update(state=ExportState.FAILED)


def _make(asked: SpaceArchive) -> None:
    if not access.can(asked.reader, "take_along", asked.space):
        # The right to it ended before the worker came to it: nothing is there to be made.
        asked.delete()
        return
    with tempfile.NamedTemporaryFile(suffix=".zip") as target:
        with access.remembering():
            written = writing.write(asked.reader, asked.space, target, _Progress(asked).tell)
        target.seek(0)
        # What was narrowed meanwhile is in it: then it is made anew.
        if not may_all_be_read(asked.reader, written.sources):
            raise RuntimeError("what is in it has changed while it was made")
        _keep(asked, written, File(target))


def _keep(asked: SpaceArchive, written: writing.Written, content: Any) -> None:
    with transaction.atomic():
        row = asked.while_it_waits()
        if row is None:
            return
        row.sources, row.done = written.sources, row.total
        row.hold(content, in_place_of=SpaceArchive.objects.filter(space=row.space_id, reader=row.reader_id))
        after = {"archive": written.archive, "marking": written.marking}
        audit.record(asked.reader, "exported", asked.space, after=after)
        for obj in written.red:
            access.note_reading_of(asked.reader, obj)


class _Progress:
    """Written down beside the work, so that the page which waits for it can show it."""

    def __init__(self, asked: SpaceArchive) -> None:
        self.asked, self.written_at = asked, 0.0

    def tell(self, done: int, total: int) -> None:
        if time.monotonic() - self.written_at < PROGRESS_SECONDS:
            return
        self.written_at = time.monotonic()
        SpaceArchive.objects.filter(pk=self.asked.pk).update(done=done, total=total)
