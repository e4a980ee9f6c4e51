"""What is done beside the request."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django_tasks import task

# Of what somebody waits for before the screen: it goes before all that is only to be done soon.
WAITED_FOR = 50
# The state of what the worker has yet to make, in every model of such things.
WAITING = "waiting"


@task(queue_name="default")
def call_webhooks() -> None:
    """Make the calls that are due; those that are not taken are tried again by the worker's round."""
    from coordination import services

    services.call_webhooks(timezone.now())


def made_once(own: QuerySet, asked: Model) -> tuple[Any, bool]:
    """Of `own`, the one that the worker is making; else `asked`, which is saved. And whether it is new.

    A database lets one of them wait at a time. One that a worker should long have been done with makes way.
    """
    waiting = own.filter(state=WAITING).first()
    if waiting is not None and not waiting.is_stuck:
        return waiting, False
    if waiting is not None:
        waiting.delete()
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        # The same click, sent at the same moment, was quicker.
        return own.get(state=WAITING), False
    return asked, True
