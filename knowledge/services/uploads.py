"""Many files at once into a space: each is judged and kept by itself, so that a bad one does not stop the others."""

import uuid
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.utils.file import hash_filelike

from accounts.models import User
from coordination import access, audit
from coordination.models import Space
from coordination.services import require
from knowledge.file_facts import FileFacts, facts_of
from knowledge.models import File, Resource
from knowledge.services.library import TITLE_MAX_LENGTH, attach_file
from knowledge.uploads import check_upload

# Of files that are the same, as many are looked at for one that may be named.
LOOKED_AT = 20


@dataclass(frozen=True)
class Taken:
    """What became of one file of many."""

    name: str
    file: File | None = None
    # The draft that was made of it.
    resource: Resource | None = None
    # The same content, as it is there already.
    same: File | None = None
    refusals: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        if self.refusals:
            return "refused"
        return "kept" if self.file is not None else "there"


def take_in(
    actor: User, space: Space, uploaded: Any, *, as_drafts: bool, again: bool = False, submission: UUID | None = None
) -> Taken:
    """Keep one file of many in `space`: with a draft of a resource, or by itself for the members to choose it.

    What is there already, within what `actor` may read, is not kept once more, unless `again`. Sent twice, it is one.
    """
    require(actor, "contribute", space)
    try:
        check_upload(uploaded)
    except ValidationError as refusal:
        return Taken(uploaded.name, refusals=refusal.messages)
    content = hash_filelike(uploaded)
    # By content too: the same form may bring the same name twice.
    sent = uuid.uuid5(submission, content + uploaded.name) if submission else None
    if sent and (before := File.objects.filter(submission=sent, uploaded_by_user=actor).first()):
        return Taken(uploaded.name, file=before, resource=_draft_of(before))
    if not again and (same := same_content(actor, content, uploaded.size)):
        return Taken(uploaded.name, same=same)
    facts = facts_of(uploaded, uploaded.name)
    try:
        keep = _with_a_draft if as_drafts else _by_itself
        return keep(actor, space, uploaded, facts, sent)
    except ValidationError as refusal:
        return Taken(uploaded.name, refusals=refusal.messages)


def same_content(user: access.Reader, content: str, size: int) -> File | None:
    """A file of this content that `user` may read: one that is closed to the user is not there."""
    found = File.objects.readable_by(user).filter(file_hash=content, file_size=size).defer("text").order_by("pk")
    shown = (file for file in found[:LOOKED_AT] if file.is_published or access.can(user, "contribute", file))
    return next(shown, None)


def _draft_of(file: File) -> Resource | None:
    return file.attached_to if isinstance(file.attached_to, Resource) else None


def _title_of(uploaded: Any, facts: FileFacts) -> str:
    return (facts.title or PurePosixPath(uploaded.name).stem)[:TITLE_MAX_LENGTH]


@transaction.atomic
def _with_a_draft(actor: User, space: Space, uploaded: Any, facts: FileFacts, sent: UUID | None) -> Taken:
    """A draft with what the file says of itself; nobody but editors finds it until it is published."""
    # Locked, since the place of a new page in the tree is counted from those that are there.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    title = _title_of(uploaded, facts)
    year = facts.made_on.year if facts.made_on else None
    resource = Resource(title=title, authors=facts.author, year=year, language=actor.language, owner=actor, live=False)
    resource.slug = resource.key
    space.add_child(instance=resource)
    audit.record(actor, "resource drafted", resource, after={"title": title})
    file = attach_file(actor, resource, uploaded, title=title, submission=sent)
    Resource.objects.get(pk=resource.pk).save_revision(user=actor)
    return Taken(uploaded.name, file=file, resource=resource)


@transaction.atomic
def _by_itself(actor: User, space: Space, uploaded: Any, facts: FileFacts, sent: UUID | None) -> Taken:
    file = File(
        title=_title_of(uploaded, facts),
        file=uploaded,
        collection=space.collection,
        uploaded_by_user=actor,
        submission=sent,
    )
    file.save()
    audit.record(actor, "file uploaded", file, after={"name": file.filename})
    return Taken(uploaded.name, file=file)
