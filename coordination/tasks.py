"""What is done beside the request."""

from django.utils import timezone
from django_tasks import task

# Of what somebody waits for before the screen: it goes before all that is only to be done soon.
WAITED_FOR = 50


@task(queue_name="default")
def call_webhooks() -> None:
    """Make the calls that are due; those that are not taken are tried again by the worker's round."""
    from coordination import services

    services.call_webhooks(timezone.now())
