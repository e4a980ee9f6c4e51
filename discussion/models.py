"""Threads, their messages, and what each user has seen of them."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination import access
from coordination.models import AuditEntry, Content, Marked, MarkedQuerySet, Organisation, Space
from coordination.models.marking import KEY_LENGTH, address_of, new_key

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
    """A discussion on an object: several by subject on a space, one without a subject on anything else; another of
    these only where the first is closed to whoever begins it.

    Nobody reads it who may not read its `root`: the object itself where that has a marking, else the Marked object
    that it is a part of (the agreement of an article), so that marking the agreement anew reaches the thread too.
    """

    # Without a subject it is named after its target.
    named_along = "target"
    # Where this holds, the pages of the audit trail do not say who did it (coordination.selectors.trail).
    withholds_by = "chatham_house"

    target_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", editable=False)
    target_id = models.PositiveBigIntegerField(editable=False)
    target = GenericForeignKey("target_type", "target_id")
    root_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", editable=False)
    root_id = models.PositiveBigIntegerField(editable=False)
    root = GenericForeignKey("root_type", "root_id")
    subject = models.CharField(_("subject"), max_length=255, blank=True, validators=[validate_plain_text])
    last_number = models.PositiveIntegerField(default=0, editable=False)
    # Everything that changes in a thread has a number of its own (discussion.changes): the number of the last change,
    # and of the last one to what stands above the messages. A page that says which it has gets all that came after.
    last_change = models.PositiveIntegerField(default=0, editable=False)
    head_change = models.PositiveIntegerField(default=0, editable=False)
    last_message_at = models.DateTimeField(null=True, editable=False, db_index=True)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    pinned_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_reason = models.CharField(_("reason"), max_length=255, blank=True, editable=False)
    # Where it has been merged into another: nothing more is said here, and readers of both are led on.
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    summary = models.TextField(_("summary"), blank=True, editable=False)
    summary_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    summary_at = models.DateTimeField(null=True, editable=False)
    # Each may say something once in so many seconds; those who manage the space at any time.
    slow_seconds = models.PositiveIntegerField(_("seconds between two messages"), default=0, editable=False)
    # Between these times only those who manage the space write; without an end, until it is lifted.
    read_only_from = models.DateTimeField(null=True, editable=False)
    read_only_until = models.DateTimeField(null=True, editable=False)
    # Under the Chatham House Rule what is said is shown without who said it.
    chatham_house = models.BooleanField(_("under the Chatham House Rule"), default=False, editable=False)
    # An announcement: each reader is asked to say that it has been read.
    asks_acknowledgement = models.BooleanField(_("asks to be acknowledged"), default=False, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [models.Index(fields=["root_type", "root_id"])]

    def __str__(self) -> str:
        if self.subject:
            return self.subject
        target = self.target if self.target is not None and access.is_published(self.target) else None
        return str(target or _("A discussion of something that is no longer there"))

    def get_absolute_url(self) -> str:
        return address_of("thread_detail", self.key)

    def access_parent(self) -> Marked | None:
        return self.root

    @property
    def last_page(self) -> int:
        return page_of(self.last_number)


def page_of(number: int) -> int:
    """The page of a thread on which the message with this number stands."""
    return max(1, -(-number // MESSAGES_PER_PAGE))


class Standing(models.TextChoices):
    """Whether the words of a message are shown in its place. The number stays, whatever becomes of the words."""

    POSTED = "posted", _("posted")
    DELETED = "deleted", _("deleted by its author")
    HIDDEN = "hidden", _("hidden by the chair")
    MOVED = "moved", _("moved to another discussion")


class Message(models.Model):
    """What somebody said. Numbered within its thread without gaps; `change` is the number of its last change."""

    audience_path: ClassVar[str] = "thread__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField(editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"), max_length=MESSAGE_LENGTH)
    change = models.PositiveIntegerField(default=0, editable=False)
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing.choices, default=Standing.POSTED, editable=False
    )
    # Why it is hidden, in the words of whoever hid it.
    standing_reason = models.CharField(_("reason"), max_length=255, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # What it answers to, in the same thread.
    answers = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    # Where it went: a message of another thread, with the same author and words.
    moved_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    # The client's own key: a send that is repeated makes no second message.
    submission = models.UUIDField(editable=False)
    # Not `auto_now_add`: what is moved was said when it was said.
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["thread", "number"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_message_of_a_number"),
            models.UniqueConstraint(fields=["author", "submission"], name="one_message_of_a_submission"),
        ]
        indexes = [models.Index(fields=["thread", "change"])]

    def __str__(self) -> str:
        return f"{self.thread} #{self.number}"

    def get_absolute_url(self) -> str:
        return address_of("message_detail", self.key)

    @property
    def space_id(self) -> int:
        return self.thread.space_id

    # For the page of its thread, given by discussion.shown for one reader.
    voice: Any
    is_own: bool
    may_write: bool
    has_deeds: bool
    quote: Any
    signs: "list[Any]"
    translated: "list[Any]"
    actions: "list[Any]"
    came_of_it: "list[Any]"
    leads_to: str
    words: Any

    @property
    def chatham_house(self) -> bool:
        """With `attending_user_ids`, what `access.may_see_names` asks: under the rule only oneself is told."""
        return self.thread.chatham_house

    @property
    def attending_user_ids(self) -> tuple[int, ...]:
        return (self.author_id,)

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


class SpaceRules(models.Model):
    """What a space allows its members to do with their own messages; its chairs say so (discussion.rights)."""

    space = models.OneToOneField(Space, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Nought: never; none: at any time.
    change_minutes = models.PositiveIntegerField(null=True)
    # Whether every reader sees what an edited message said before, or only its author and the chairs.
    open_history = models.BooleanField(default=False)
    # Up to which marking mails about what lies in the space may say what it is; empty: of nothing.
    quoted_in_mail = models.CharField(
        _("what mails may say"), max_length=20, blank=True, choices=[("CLEAR", "TLP:CLEAR"), ("GREEN", "TLP:GREEN")]
    )

    def __str__(self) -> str:
        return f"What {self.space_id} allows"

    def lets_change(self, message: "Message", now: datetime) -> bool:
        """Whether its author may still change or delete it."""
        if self.change_minutes is None:
            return True
        return now - message.created_at < timedelta(minutes=self.change_minutes)


class MessageVersion(models.Model):
    """What a message said before it was changed or deleted."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField()
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["message", "pk"]

    def __str__(self) -> str:
        return f"An earlier wording of {self.message_id}"


class MessageTranslation(models.Model):
    """A message in another language, as a colleague has put it: one of each language, shown beside the original."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("translation"), max_length=MESSAGE_LENGTH)
    translator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["message", "language"], name="one_translation_of_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} in {self.language}"


class Reaction(models.Model):
    """A sign that a user has put on a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sign = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "user", "sign"], name="one_reaction_of_a_sign"),
        ]

    def __str__(self) -> str:
        return f"{self.sign} on {self.message_id}"


class Mention(models.Model):
    """That a message names a user, an organisation or a role of the space, so that they are told."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.message_id} names {self.user_id or self.organisation_id or self.role}"


class MessageReport(models.Model):
    """That a reader finds that a message should not stand; the chairs of the space settle it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, validators=[validate_plain_text])
    made_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"], condition=Q(settled_at=None), name="one_open_report_of_a_reader"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reporter_id} reports {self.message_id}"


class Interest(models.TextChoices):
    """What of a thread a user wants to be told."""

    MUTED = "muted", _("nothing, unless I am named")
    NORMAL = "normal", _("answers, where I have written")
    FOLLOWED = "followed", _("every message")


class ReadMark(models.Model):
    """How far a user has read a thread. Whoever has one takes part: the unread count is about these threads."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_marks")
    number = models.PositiveIntegerField(default=0)
    interest = models.CharField(
        _("what I want to be told"), max_length=10, choices=Interest.choices, default=Interest.NORMAL
    )
    favourite = models.BooleanField(_("favourite"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="one_read_mark_of_a_user")]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.thread_id} up to {self.number}"


class Acknowledgement(models.Model):
    """That a reader has said to have read an announcement."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="acknowledgements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="one_acknowledgement_of_a_user")]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.thread_id}"


class Draft(models.Model):
    """What a user has typed and not sent, for whatever device the user opens next. `about` is the name of the thread or
    of the object without one yet (discussion.threads.name_of). Nobody else ever reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=100)
    text = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "about"], name="one_draft_of_a_user")]

    def __str__(self) -> str:
        return f"What {self.user_id} has typed on {self.about}"


# Selected along with those that are told: what happened, and whether the message may be read.
TOLD_WITH = ("entry", "message__thread__audience")


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
    # The message that it tells of, where it tells of one: of what is hidden, deleted or moved nothing is told any more.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    # The outbox: what is wanted and neither sent nor given up yet is still to be sent (discussion.mail).
    mail_wanted = models.BooleanField(default=False)
    # At once, or in which digest; empty: as the user's `mail_rhythm` says by then.
    mail_rhythm = models.CharField(max_length=10, blank=True)
    mail_taken_at = models.DateTimeField(null=True)
    mail_done_at = models.DateTimeField(null=True)
    # Put off until the quiet hours of its reader have ended.
    mail_not_before = models.DateTimeField(null=True)
    push_wanted = models.BooleanField(default=False)

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
    # The Monday whose mail of the week has been sent.
    week = models.DateField(null=True)
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} has had the mail of {self.day}"


class Way(models.TextChoices):
    """How a user wants to hear of one kind of news."""

    NOTHING = "nothing", _("not at all")
    PAGE = "page", _("in Accord only")
    WEEKLY = "weekly", _("in the mail of the week")
    DAILY = "daily", _("in the mail of the day")
    AT_ONCE = "at_once", _("by mail at once")


class NotificationChoice(models.Model):
    """What a user has chosen of one kind of news: everywhere, or in one space. Without a row all is as usual
    (discussion.preferences)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="+")
    # Empty: as usual.
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    push = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "space"], name="one_choice_of_a_kind_in_a_space"),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(space=None), name="one_choice_of_a_kind_everywhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.kind} in {self.space_id or 'all spaces'}"


class QuietHours(models.Model):
    """When a user wants neither mail nor push, by the user's own clock. What comes meanwhile goes out afterwards."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    begins = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("until"), null=True, blank=True)
    days_off = models.BooleanField(_("on weekends and holidays too, all day"), default=False)

    def __str__(self) -> str:
        return f"Quiet hours of {self.user_id}"


class PushSubscription(models.Model):
    """A browser to which its user wants to be pushed that there is something new, as long as the session lasts.

    It is the outbox of pushes itself (discussion.push): a push says no more than that, so one is enough for all that
    came in meanwhile.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("sessions.Session", on_delete=models.CASCADE, related_name="+")
    # Given by the browser: where to push (at its maker's service), and with what to encrypt.
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=150)
    auth = models.CharField(max_length=50)
    browser = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    # Since when there is something to push, and when such was wanted last.
    waiting_since = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="pushes_that_wait")]

    def __str__(self) -> str:
        return f"A browser of {self.user_id}"


class MessageReplyAddress(models.Model):
    """The secret address to which one user may answer one message by mail, once (discussion.mailed_answers)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=40, unique=True, editable=False)
    given_at = models.DateTimeField()
    # The mail that was taken in at it; null while it can still be answered.
    used_for = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "message"], condition=Q(used_for=None), name="one_open_reply_address_of_a_message"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.user_id} for {self.message_id}"
