"""Threads, their messages, and what each user has seen of them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models import AuditEntry, Content, Marked, MarkedQuerySet
from coordination.models.marking import KEY_LENGTH, new_key

MESSAGE_LENGTH = 10_000
# Messages of one page of a thread: numbers have no gaps, so a message stays on its page for good.
MESSAGES_PER_PAGE = 50


class ThreadQuerySet(MarkedQuerySet):
    def on(self, obj: models.Model) -> "ThreadQuerySet":
        """The threads that hang on `obj` itself, not on its parts."""
        return self.filter(target_type=ContentType.objects.get_for_model(obj), target_id=obj.pk)

    def below(self, root: models.Model) -> "ThreadQuerySet":
        """The threads on a Marked object and on all of its parts."""
        return self.filter(root_type=ContentType.objects.get_for_model(root), root_id=root.pk)

    def for_lists(self) -> "ThreadQuerySet":
        """With what every list shows of a thread, in a fixed number of queries."""
        return self.select_related("audience", "space", "target_type").order_by("-last_message_at", "-pk")


class Thread(Content):
    """A discussion on an object: several by subject on a space, one without a subject on anything else.

    Nobody reads it who may not read its `root`: the object itself where that has a marking, else the Marked object
    that it is a part of (the agreement of an article), so that marking the agreement anew reaches the thread too.
    """

    # Without a subject it is named after its target.
    named_along = "target"

    target_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", editable=False)
    target_id = models.PositiveBigIntegerField(editable=False)
    target = GenericForeignKey("target_type", "target_id")
    root_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", editable=False)
    root_id = models.PositiveBigIntegerField(editable=False)
    root = GenericForeignKey("root_type", "root_id")
    subject = models.CharField(_("subject"), max_length=255, blank=True, validators=[validate_plain_text])
    last_number = models.PositiveIntegerField(default=0, editable=False)
    last_message_at = models.DateTimeField(null=True, editable=False, db_index=True)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [models.Index(fields=["root_type", "root_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id"], condition=Q(subject=""), name="one_thread_without_a_subject"
            )
        ]

    def __str__(self) -> str:
        target = self.target if getattr(self.target, "live", True) else None
        return self.subject or str(target or _("A discussion of something that is no longer there"))

    def get_absolute_url(self) -> str:
        return reverse("thread_detail", kwargs={"key": self.key})

    def access_parent(self) -> Marked | None:
        return self.root

    @property
    def last_page(self) -> int:
        return page_of(self.last_number)


def page_of(number: int) -> int:
    """The page of a thread on which the message with this number stands."""
    return max(1, -(-number // MESSAGES_PER_PAGE))


class Message(models.Model):
    """What somebody said. Numbered within its thread without gaps; added, never rewritten."""

    audience_path: ClassVar[str] = "thread__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField(editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"), max_length=MESSAGE_LENGTH)
    # The client's own key: a send that is repeated makes no second message.
    submission = models.UUIDField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["thread", "number"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_message_of_a_number"),
            models.UniqueConstraint(fields=["author", "submission"], name="one_message_of_a_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.thread} #{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("message_detail", kwargs={"key": self.key})

    @property
    def space_id(self) -> int:
        return self.thread.space_id

    # For the page of its thread, given by discussion.selectors to one reader: what came of it, and whether more may.
    actions: "list[Any]"
    may_make_action: bool

    def as_action(self) -> dict[str, str]:
        """What the form of an action that comes of it begins with: its first line as the title, all of it below."""
        from discussion.text import as_plain_text

        plain = as_plain_text(self.text)
        first = next((line.strip() for line in plain.splitlines() if line.strip()), "")
        return {"title": Truncator(first).chars(255), "description": Truncator(plain).chars(5000)}

    @property
    def anchor(self) -> str:
        """The fragment of its address: `#message-…` on the thread's page."""
        return f"message-{self.key}"


class ReadMark(models.Model):
    """How far a user has read a thread. Whoever has one takes part: the unread count is about these threads."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_marks")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="one_read_mark_of_a_user")]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.thread_id} up to {self.number}"


class Presence(models.Model):
    """A socket that has a thread open. A row that is not renewed counts no longer (selectors.PRESENT)."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=120)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "channel"], name="one_presence_of_a_socket")]

    def __str__(self) -> str:
        return f"{self.user_id} is on {self.thread_id}"


class Notification(models.Model):
    """That something happened which concerns a user. It holds no text: that is made for whoever may read it then."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="+")
    # The entry's object once more, so that the unread are counted without a look at the trail.
    object_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    # The outbox: what is wanted and neither sent nor given up yet is still to be sent (discussion.mail).
    mail_wanted = models.BooleanField(default=False)
    mail_taken_at = models.DateTimeField(null=True)
    mail_done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user", "seen_at"]),
            models.Index(fields=["mail_wanted", "mail_done_at"]),
        ]
        constraints = [
            # Ten messages in a thread that nobody has looked at yet are one piece of news.
            models.UniqueConstraint(
                fields=["user", "kind", "object_type", "object_id"],
                condition=Q(seen_at__isnull=True),
                name="one_unseen_notification_of_an_object",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class DigestMark(models.Model):
    """Up to which morning a user who wants one mail for all has had it; whoever moves the mark sends the mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} has had the mail of {self.day}"
