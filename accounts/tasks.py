"""What is done for accounts beside the request."""

from django_tasks import task

from accounts import services


@task(queue_name="mail")
def send_new_password_mail(email: str) -> None:
    services.mail_new_password_link(email)
