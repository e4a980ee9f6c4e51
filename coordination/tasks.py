"""What is done beside the request."""

from django.utils import timezone
from django_tasks import task


@task(queue_name="default")
def call_webhooks() -> None:
    """Make the calls that are due; those that are not taken are tried again by the worker's round."""
    from coordination import services

    services.call_webhooks(timezone.now())
