"""What of a discussion can be found: each message, under the name of what is discussed."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django_tasks import task
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from accounts.models import User
from coordination import access
from coordination.models import DirectoryEntry, Marked, Space
from discussion import text
from discussion.models import Message, Standing, Thread
from search import ledger
from search.projections import Projection, projectors, projects


@projects(Message, along=("thread__audience", "author__organisation"))
def message(obj: Message) -> Iterator[Projection]:
    thread = obj.thread
    if obj.standing != Standing.POSTED:
        return
    if thread.target is not None and not access.is_published(thread.target):
        return
    organisation = obj.author.organisation
    yield Projection(
        kind="message",
        title=str(thread),
        body=text.as_plain_text(obj.text),
        language=text.language_of(obj.text),
        url=obj.get_absolute_url(),
        space_id=thread.space_id,
        # Under the Chatham House Rule nobody finds by whom it was said.
        organisations=[organisation.pk] if organisation and not thread.chatham_house else [],
        by=_names_of(obj.author) if not thread.chatham_house else [],
        date=obj.created_at.date(),
    )


def _names_of(author: User) -> list[str]:
    organisation = author.organisation
    return [author.name, *([organisation.acronym, organisation.name] if organisation else [])]


@receiver(post_save, sender=Thread, dispatch_uid="discussion.projections")
def with_its_thread(instance: Thread, created: bool, **_signal: Any) -> None:
    """A thread that is marked anew, or renamed, takes its messages along.

    Not as `parts`: a new message would project all those before it again.
    """
    if not created:
        _project_messages([instance.pk])


@receiver(ledger.renamed, dispatch_uid="discussion.projections.renamed")
def with_its_object(obj: Any, **_signal: Any) -> None:
    """What is said about an object is found under its name, also where it is said about a part of it."""
    if isinstance(obj, Marked):
        _project_messages([thread.pk for thread in _threads_below(obj) if not thread.subject])


@receiver(page_unpublished, dispatch_uid="discussion.projections.unpublished")
def without_its_page(instance: Any, **_signal: Any) -> None:
    """What is said about a page, or about a part of it, is found as long as the page is published."""
    _project_messages(_said_about(instance))


@receiver(page_published, dispatch_uid="discussion.projections.published")
def with_its_page(instance: Any, **_signal: Any) -> None:
    """And again afterwards, soon: that may be much, and of most pages it stands already."""
    if isinstance(instance, Marked):
        transaction.on_commit(lambda: project_messages_about.enqueue(instance.pk))


@task()
def project_messages_about(page: int) -> None:
    if found := Page.objects.filter(pk=page).specific().first():
        _project_messages(_said_about(found))


def _said_about(page: Any) -> list[int]:
    if not isinstance(page, Marked):
        return []
    # What lies in a space is no part of it: it is published by itself.
    about = Thread.objects.below(page) if isinstance(page, Space) else _threads_below(page)
    return [thread.pk for thread in about]


@receiver(ledger.renamed, sender=DirectoryEntry, dispatch_uid="discussion.projections.author")
def with_their_author(obj: DirectoryEntry, **_signal: Any) -> None:
    """What somebody wrote is found by the name of today: soon, since that may be much."""
    if author := obj.person.user_id:
        transaction.on_commit(lambda: project_messages_of.enqueue(author))


@task()
def project_messages_of(author: int) -> None:
    for key in Message.objects.filter(author=author).values_list("pk", flat=True):
        ledger.write(projectors[Message], key)


def _threads_below(obj: Marked) -> Iterator[Thread]:
    for child in access.children_of(obj):
        if isinstance(child, Thread):
            yield child
        else:
            yield from _threads_below(child)


def _project_messages(threads: list[int]) -> None:
    for key in Message.objects.filter(thread__in=threads).values_list("pk", flat=True):
        ledger.write(projectors[Message], key)
