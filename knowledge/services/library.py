"""What changes in the library: resources and files."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from coordination import access, audit
from coordination.models import Country, Marked, Space, Topic
from coordination.services import require, sent_before
from knowledge.models import File, Resource, ResourceFile
from knowledge.uploads import check_upload

TITLE_MAX_LENGTH = 255


@transaction.atomic
def publish_resource(
    actor: User,
    space: Space,
    *,
    title: str,
    kind: str,
    abstract: str = "",
    year: int | None = None,
    language: str = "en",
    countries: Iterable[Country] = (),
    topics: Iterable[Topic] = (),
    file: Any = None,
    submission: UUID | None = None,
    **fields: Any,
) -> Resource:
    """Add a resource to `space`, with its first file where there is one. Sent twice, it is one resource.

    It is for the members of the space, until a chair marks it wider. Raises ValidationError for what a form would
    refuse.
    """
    require(actor, "contribute", space)
    # Locked, since the place of a new page in the tree is counted from those that are there.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if before := sent_before(Resource, submission, owner=actor):
        return before
    resource = Resource(
        title=title,
        kind=kind,
        abstract=abstract,
        year=year,
        language=language,
        owner=actor,
        submission=submission,
        **fields,
    )
    # Not from the title: one of signs alone makes none, and the second of 255 letters has no room for its number.
    resource.slug = resource.key
    space.add_child(instance=resource)
    resource.countries.set(countries)
    resource.topics.set(topics)
    resource.save()
    audit.record(actor, "resource published", resource, after={"title": title, "kind": kind})
    if file is not None:
        attach_file(actor, resource, file, submission=submission)
    return resource


def attach_file(actor: User, obj: Marked, uploaded: Any, *, title: str = "", submission: UUID | None = None) -> File:
    """Store `uploaded` as a part of `obj`: whoever may read that may read the file, and nobody else.

    Sent twice, it is one file. Raises ValidationError for what is not a good file; nothing is stored then.
    """
    require(actor, _right_to_attach(obj), obj)
    if before := sent_before(File, submission, uploaded_by_user=actor):
        return before
    try:
        check_upload(uploaded)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal}) from refusal
    file = File(
        title=(title.strip() or PurePosixPath(uploaded.name).stem)[:TITLE_MAX_LENGTH],
        file=uploaded,
        collection=Space.objects.get(pk=access.space_id_of(obj)).collection,
        uploaded_by_user=actor,
        submission=submission,
    )
    try:
        return _store(actor, obj, file)
    except BaseException:
        _take_back(file)
        raise


def attach_version(
    actor: User, earlier: File, uploaded: Any, *, title: str = "", submission: UUID | None = None
) -> File:
    """Store `uploaded` as the newest version of a resource's file. Those before stay where they are, for their readers.

    It is read by whoever may read the one before, and by nobody else: a marking of its own goes on to hold.
    """
    resource = earlier.attached_to
    if not isinstance(resource, Resource):
        raise PermissionDenied
    require(actor, "read", earlier)
    with transaction.atomic():
        file = attach_file(actor, resource, uploaded, title=title or earlier.title, submission=submission)
        if not file.lineage and file.pk != earlier.pk:
            file.lineage = earlier.first_version
            file.own_audience = earlier.own_audience
            file.save(update_fields=["lineage"])
            access.settle(file)
            ResourceFile.objects.filter(file=file).update(sort_order=earlier.place.sort_order)
    return file


def attach_together(
    actor: User,
    obj: Marked,
    right: str,
    uploads: list[Any],
    *,
    came_with: int | None = None,
    titles: Sequence[str] = (),
) -> list[File]:
    """Store `uploads` as parts of `obj`, all of them or none: what comes with a report, by the right to report.

    `came_with` is the key of the part of `obj` that they belong to. Called inside the transaction that makes that part,
    whose form is one however often it is sent. `titles`: how the uploads are called, where not after their names.
    """
    require(actor, right, obj)
    # Whoever answers for it shows evidence of it; who only helps adds files as everybody does.
    if uploads and not may_attach_to_reports(actor, obj):
        raise PermissionDenied
    for uploaded in uploads:
        try:
            check_upload(uploaded)
        except ValidationError as refusal:
            raise ValidationError({"files": refusal}) from refusal
    collection = Space.objects.get(pk=access.space_id_of(obj)).collection if uploads else None
    files: list[File] = []
    try:
        for place, uploaded in enumerate(uploads):
            given = titles[place].strip() if place < len(titles) else ""
            title = (given or PurePosixPath(uploaded.name).stem)[:TITLE_MAX_LENGTH]
            file = File(title=title, file=uploaded, collection=collection, uploaded_by_user=actor, came_with=came_with)
            files.append(file)
            _store(actor, obj, file)
    except BaseException:
        for file in files:
            _take_back(file)
        raise
    return files


def may_attach_to_reports(user: access.Reader, obj: Marked) -> bool:
    """Whether `user`, who may report on `obj`, may add files to the report."""
    return may_attach(user, obj) or (hasattr(obj, "owner_id") and access.can(user, "follow_up", obj))


def settle_files_of(obj: Marked, parts: Iterable[int]) -> None:
    """Work out anew who may read the files that came with these parts of `obj`, which stand otherwise now. Inside the
    transaction of the deed that changed that, which has asked for the right."""
    for file in File.objects.attached_to(obj).filter(came_with__in=list(parts)):
        access.settle(file)


def move_files_of(obj: Marked, part: int, to: Marked, to_part: int) -> None:
    """Let the files of a part of `obj` be those of a part of `to`; inside the transaction of the deed, as above."""
    for file in File.objects.attached_to(obj).filter(came_with=part):
        file.came_with = to_part
        file.save(update_fields=["came_with"])
        file.attach(to)


def _take_back(file: File) -> None:
    """The rows are taken back by the transaction, the content on the disk is not."""
    if file.file.name and getattr(file.file, "_committed", False):
        file.file.storage.delete(file.file.name)


@transaction.atomic
def _store(actor: User, obj: Marked, file: File) -> File:
    # Locked, so that the same form sent at the same moment waits, and finds what has been sent.
    type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
    if before := sent_before(File, file.submission, uploaded_by_user=actor):
        return before
    file._set_document_file_metadata()
    file.save()
    if isinstance(obj, Resource):
        ResourceFile.objects.create(resource=obj, file=file, sort_order=obj.files.count())
    else:
        file.attach(obj)
    audit.record(actor, "file attached", obj, after={"file": file.pk, "name": file.filename}, details={"file": file})
    return file


def _right_to_attach(obj: Marked) -> str:
    """What goes out beyond the space is put there by those who may publish in its name."""
    within = access.is_within(access.audience(obj), {access.space_token(access.space_id_of(obj))})
    return "contribute" if within else "record"


def may_attach(user: access.Reader, obj: Marked) -> bool:
    return access.can(user, _right_to_attach(obj), obj)


@transaction.atomic
def remove_file(actor: User, file: File) -> None:
    """Delete a file, its content too: whoever put it there, or a rapporteur."""
    require(actor, _right_to_remove(actor, file), file)
    holder = file.attached_to or file.space
    audit.record(actor, "file removed", holder, before={"file": file.pk, "name": file.filename})
    file.delete()


def _right_to_remove(user: access.Reader, file: File) -> str:
    """What came with a report is evidence: whoever reported does not take it away again."""
    is_own = file.uploaded_by_user_id == user.pk and file.came_with is None
    return "contribute" if is_own else "record"


def may_remove(user: access.Reader, file: File) -> bool:
    return access.can(user, _right_to_remove(user, file), file)
