"""The ledger: one row for each part of an object and language that can be found. Replicas follow it."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelsearch import index

from accounts.text import validate_plain_text
from coordination.models import Audience, Space
from coordination.models.marking import KEY_LENGTH, MarkedQuerySet, address_of, new_key
from search import full_text


class FoldedField(index.SearchField):
    """The database's full text holds what `full_text.of` makes of a text; a query is read alike."""

    def get_value(self, obj):
        return full_text.of(super().get_value(obj), obj.language)


class EntryQuerySet(MarkedQuerySet):
    def standing(self) -> "EntryQuerySet":
        """Those that can be found: all but the tombstones."""
        return self.filter(deleted=False)

    def waiting(self) -> "EntryQuerySet":
        """Those that Elasticsearch has yet to confirm, leaving out what it has refused in this very version."""
        return self.filter(confirmed_version__lt=F("version")).exclude(refused_version=F("version"))

    def with_readers_unconfirmed(self) -> "EntryQuerySet":
        """Those that Elasticsearch may still count for readers who have lost them."""
        # By the index of all that wait: no version of readers is beyond that of the entry itself.
        return self.filter(confirmed_version__lt=F("version")).filter(confirmed_version__lt=F("audience_version"))

    def refused(self) -> "EntryQuerySet":
        """Those whose present version Elasticsearch would not take."""
        return self.filter(refused_version=F("version"))


class Entry(index.Indexed, models.Model):
    """What can be found of one part of an object in one language, and who may find it."""

    audience_path = "audience"

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    part = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10)

    kind = models.CharField(_("kind"), max_length=30)
    title = models.TextField(_("title"))
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=500)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.SET_NULL, null=True, related_name="+")
    date = models.DateField(_("date"), null=True)
    # Where within its page each piece of the text stands, in the order of the pieces (search.places).
    places = models.JSONField(default=list)
    # When it was last written: saved searches look at what has changed since they looked.
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)
    # Of all the above and of the facets: what has not changed raises no version.
    digest = models.CharField(max_length=64)

    version = models.PositiveBigIntegerField(default=1)
    # The version at which its readers last changed: until that one is confirmed, Elasticsearch may count it for others.
    audience_version = models.PositiveBigIntegerField(default=0)
    # A tombstone stays until Elasticsearch has confirmed the deletion.
    deleted = models.BooleanField(default=False)
    confirmed_version = models.PositiveBigIntegerField(default=0)
    refused_version = models.PositiveBigIntegerField(default=0)
    refusal = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    search_fields = [FoldedField("title", boost=3), FoldedField("body")]
    # The ledger itself writes its full text, inside the change's transaction: modelsearch would leave it to a task.
    search_auto_update = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "part", "language"], name="one_entry_per_part_and_language"
            )
        ]
        indexes = [
            models.Index(fields=["audience", "kind"]),
            models.Index(fields=["date"]),
            models.Index(fields=["id"], condition=Q(confirmed_version__lt=F("version")), name="entries_that_wait"),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def get_indexed_objects(cls):
        return cls.objects.standing()


class FacetName(models.TextChoices):
    COUNTRY = "country", _("country")
    ORGANISATION = "organisation", _("organisation")
    TOPIC = "topic", _("topic")
    # A word of the name of a person or organisation that it is by, folded; counted nowhere.
    BY = "by", _("author")


class EntryFacet(models.Model):
    """One country, organisation, topic or author of an entry: rows, so that SQL can count them on any database."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=15, choices=FacetName.choices)
    value = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "name", "value"], name="a_facet_has_a_value_once_per_entry")
        ]
        indexes = [models.Index(fields=["name", "value"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Replica(models.Model):
    """The index in Elasticsearch that the confirmations speak of; one row for each alias."""

    alias = models.CharField(max_length=100, unique=True)
    # Of this database: part of the names of its indices, so that no two databases share one.
    ledger = models.CharField(max_length=10)
    generation = models.PositiveIntegerField(default=0)
    index = models.CharField(max_length=150, blank=True)
    # An index of the same name that was made anew has not got what the ledger has sent.
    uuid = models.CharField(max_length=60, blank=True)
    # While `search_rebuild` fills a new index, the worker writes to both.
    building = models.CharField(max_length=150, blank=True)
    # How far a rebuild has come, for one that is broken off: the last entry that the new index has been sent, and the
    # last one that it is to be sent. What came later, the worker has sent.
    sent_to = models.PositiveBigIntegerField(default=0)
    send_until = models.PositiveBigIntegerField(default=0)
    # The same of what is projected before: the model, and its last object that has been.
    projecting = models.CharField(max_length=100, blank=True)
    projected_to = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.alias

    @property
    def next_index(self) -> str:
        return f"{self.alias}-{self.ledger}-{self.generation + 1}"


class Outcome(models.TextChoices):
    SLOW = "slow", _("slow")
    FAILED = "failed", _("failed")


class Tally(models.Model):
    """How many searches of a day were slow or failed, by engine. What was searched for, and by whom, is not kept."""

    day = models.DateField(_("day"))
    engine = models.CharField(_("engine"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    number = models.PositiveIntegerField(_("number"), default=0)
    longest_ms = models.PositiveIntegerField(_("longest, in milliseconds"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "engine", "outcome"], name="one_tally_a_day")]
        ordering = ["-day", "engine", "outcome"]

    def __str__(self) -> str:
        return f"{self.day} {self.engine} {self.outcome}: {self.number}"


# --- what users keep of their searches -----------------------------------------------------------------------------
class Alert(models.TextChoices):
    """How soon somebody is told that a saved search finds something new."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    NEVER = "never", _("never")


class SavedSearch(models.Model):
    """A search under a name. Its owner's alone: nobody else can open it, name it or count it."""

    # What is one's own is read by its owner alone (`access.readable_by`); the path leads to who might own one at all.
    audience_path = "audience"
    private_to = "owner"
    # It lies in no space.
    space_id = None

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches", editable=False
    )
    name = models.CharField(_("name"), max_length=100, validators=[validate_plain_text])
    # As in the address of the search page: whatever the page comes to understand, this is read by it.
    query = models.CharField(max_length=2000)
    alert = models.CharField(_("tell me of what is new"), max_length=10, choices=Alert.choices, default=Alert.DAILY)
    # When the worker looked last, and when it is to look next; by which tokens its owner read then.
    looked_at = models.DateTimeField(default=timezone.now, editable=False)
    next_at = models.DateTimeField(default=timezone.now, editable=False)
    tokens = models.CharField(max_length=64, blank=True, editable=False)
    # What was found since then is new to its owner.
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        indexes = [models.Index(fields=["next_at"], condition=~Q(alert="never"), name="searches_to_look_at")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("saved_search_detail", self.key)

    @property
    def audience(self) -> Audience:
        from coordination import access

        return access.intern({access.PARTNERS})

    @property
    def results_url(self) -> str:
        return f"{reverse('search')}?{self.query}"


class Find(models.Model):
    """That a saved search has found an entry: nothing is told twice. Without a moment it was there from the start."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="finds")
    # The entry's key and no reference: tombstones are taken away without asking who remembers them.
    entry = models.PositiveBigIntegerField()
    found_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "entry"], name="a_search_finds_an_entry_once")]
        indexes = [models.Index(fields=["search", "found_at"])]

    def __str__(self) -> str:
        return f"{self.search_id} has found {self.entry}"


class RecentSearch(models.Model):
    """What a user has searched for lately; nobody else is shown it, and it goes when its user says so."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # As in the address of the search page; the words once more, for showing.
    query = models.CharField(max_length=2000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"])]

    def __str__(self) -> str:
        return self.query
