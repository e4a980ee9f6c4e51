"""What is done for accounts beside the request."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from accounts import services


@task(queue_name="mail")
def send_new_password_mail(email: str) -> None:
    services.mail_new_password_link(email)


@task(queue_name="mail")
def send_mail_about_change(user_id: int, change: str, at: str) -> None:
    services.mail_about_change(user_id, change, at)


MOST_TRIES, PAUSE = 5, timedelta(minutes=5)


@task(queue_name="mail")
def send_invitation(user_id: int, inviter: str, invited_at: str, tries: int = 1) -> None:
    """One of many: a mail server that is away keeps none of them back for good."""
    try:
        services.mail_invitation(user_id, inviter, invited_at)
    except OSError:
        if tries == MOST_TRIES:
            raise
        later = send_invitation.using(run_after=timezone.now() + PAUSE)
        later.enqueue(user_id, inviter, invited_at, tries + 1)
