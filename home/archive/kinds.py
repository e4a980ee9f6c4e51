"""What an archive holds: a table of kinds, each with its model and the fields that are taken along.

What is not named here stays: what is somebody's own (reading marks, drafts, news, followers, reactions), what machines
keep (mails, tokens, feeds, reminders, revisions), and the audit trail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page

from accounts.models import User
from coordination.models import (
    Action,
    ActionDependency,
    ActionUpdate,
    Agreement,
    AgreementMove,
    AgreementRelation,
    AgreementText,
    Amendment,
    Article,
    ChecklistItem,
    Commitment,
    Country,
    Marked,
    Organisation,
    Party,
    Person,
    Post,
    ProgressReport,
    Space,
    Topic,
)
from discussion.models import Message, MessageTranslation, Thread
from knowledge.models import (
    CountryFact,
    CountryProfile,
    Event,
    File,
    GlossaryTerm,
    NewsItem,
    OpeningException,
    OpeningHours,
    Picture,
    Question,
    Resource,
    ResourceFile,
    Service,
    ServicePoint,
    Wording,
)
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    Answer,
    Attendance,
    BriefingPack,
    BriefingText,
    Corrigendum,
    Delegate,
    Invitation,
    ItineraryEntry,
    Letter,
    LetterTemplate,
    Meeting,
    Paragraph,
    Poll,
    PollOption,
    PollVote,
    Record,
    RecordComment,
    Round,
    Section,
    Series,
    VersionParagraph,
    Visit,
    VisitMeeting,
    VisitMember,
)

FORMAT = "accord-archive"
VERSION = 1


@dataclass(frozen=True)
class Kind:
    """Things of one kind. `name` is that of their file and of references to them; `part_of` the field that leads to
    what they are a part of; `heading` names the fields that a reader knows one by."""

    name: str
    model: Any
    fields: tuple[str, ...]
    part_of: str = ""
    heading: tuple[str, ...] = ()
    # Has a page of its own in the archive.
    has_page: bool = False
    # Where what is first decides over what comes later: the original before its translations.
    first: str = ""
    # References without which it is not taken along, although the model could do without them.
    needs: tuple[str, ...] = ()

    @property
    def is_marked(self) -> bool:
        return issubclass(self.model, Marked)

    @property
    def is_page(self) -> bool:
        return issubclass(self.model, Page)

    @cached_property
    def columns(self) -> tuple[Any, ...]:
        """The fields of the model, in the order of the table. What hangs on anything is a GenericForeignKey."""
        return tuple(_field(self.model, name) for name in self.fields)

    @property
    def whole(self) -> "Kind | None":
        """The kind that this is a part of; None too where that may be of several kinds."""
        field = _field(self.model, self.part_of) if self.part_of else None
        return kind_of(field.related_model) if field is not None and is_reference(field) else None

    @property
    def way_to_space(self) -> str:
        if self.whole is None or _has(self.model, "space"):
            return "space"
        return f"{self.part_of}__{self.whole.way_to_space}" if self.whole.model is not Space else self.part_of


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return next(field for field in model._meta.private_fields if field.name == name)


def _has(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def is_reference(field: Any) -> bool:
    return isinstance(field, models.ForeignKey)


def is_to_anything(field: Any) -> bool:
    return isinstance(field, GenericForeignKey)


def is_to_many(field: Any) -> bool:
    return isinstance(field, models.ManyToManyField)


def is_rich(field: Any) -> bool:
    return isinstance(field, RichTextField)


def is_file(field: Any) -> bool:
    return isinstance(field, models.FileField)


_PARTICIPANT = ("organisation", "post", "person", "role", "position")
_SPOKEN = ("speaker_post", "speaker_person", "speaker_organisation", "on_behalf_of")
_WAITING = ("waiting_reason", "waiting_for_organisation", "waiting_for_text")
_PAGE = ("key", "title", "language", "illustrative", "first_published_at", "topics")
_KNOWLEDGE = (*_PAGE, "review_on", "translation_of")

# Whom and what things name. What is here already when an archive is brought in is matched, and left as it is.
DIRECTORY = (
    Kind("countries", Country, ("code", "name", "name_ru", "name_ur", "in_programme", "weekend"), heading=("name",)),
    Kind(
        "topics",
        Topic,
        ("slug", "name", "name_ru", "name_ur", "description", "description_ru", "description_ur", "icon"),
        heading=("name",),
    ),
    Kind("organisations", Organisation, ("name", "acronym", "kind", "country", "illustrative"), heading=("acronym",)),
    Kind("accounts", User, ("name", "email", "organisation"), heading=("name",)),
    Kind(
        "people",
        Person,
        ("key", "name", "name_native", "form_of_address", "user", "languages", "email", "phone", "address"),
        heading=("name",),
    ),
    Kind(
        "posts",
        Post,
        ("succession", "organisation", "title", "person", "starts_on", "ends_on", "listed", "kept"),
        heading=("person", "title", "organisation"),
    ),
)

SPACE = Kind("space", Space, ("key", "title", "kind", "description", "country", "topics", "illustrative"))

# In the order in which they are brought in: whatever must be there before something else comes before it.
CONTENT = (
    Kind(
        "agreements",
        Agreement,
        (
            *("short_reference", *_PAGE, "reference", "kind", "state", "signed_on", "in_force_from", "in_force_until"),
            *("notice_months", "renewal", "renewal_months", "amends", "summary"),
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "parties",
        Party,
        ("agreement", "sort_order", "organisation", "signatory", "signatory_post", "signed_on"),
        "agreement",
        ("organisation",),
    ),
    Kind(
        "articles",
        Article,
        ("agreement", "sort_order", "key", "number", "title", "body"),
        "agreement",
        ("number", "title"),
    ),
    Kind(
        "amendments",
        Amendment,
        (
            *("agreement", "sort_order", "key", "deed", "article_number", "number", "title", "body"),
            "takes_effect_on",
        ),
        "agreement",
        ("deed", "article_number", "number", "title"),
    ),
    Kind(
        "agreement_relations", AgreementRelation, ("agreement", "sort_order", "kind", "to"), "agreement", ("kind", "to")
    ),
    Kind(
        "agreement_moves",
        AgreementMove,
        ("agreement", "author", "state_before", "state_after", "on", "reason", "created_at"),
        "agreement",
        ("on", "state_after"),
    ),
    Kind(
        "series",
        Series,
        (
            *("key", "title", "kind", "level", "format", "first_day", "starts_at_time", "minutes", "time_zone"),
            *("rule", "excluded", "place", "room", "link", "interpretation", "organiser", "purpose", "language"),
            *("illustrative", "sequence", "cancelled_at", "created_at", "invited", "topics"),
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "meetings",
        Meeting,
        (
            *(*_PAGE, "kind", "level", "format", "starts_at", "ends_at", "time_zone", "place", "room", "link"),
            *("interpretation", "series", "recurrence_id", "sequence", "cancelled_at", "cancelled_why"),
            *("answers_until", "organiser", "purpose", "silence_is_agreement"),
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "agenda_items",
        AgendaItem,
        (
            *("meeting", "sort_order", "key", "title", "description", "lead", "agreement", "rapporteur"),
            *("expected_outcome", "starts_at", "minutes", "finished_at", "carried_over_from"),
        ),
        "meeting",
        ("title",),
    ),
    Kind(
        "agenda_documents",
        AgendaDocument,
        ("item", "key", "title", "owner", "due_on", "received_at", "created_at"),
        "item",
        ("title",),
    ),
    Kind("attendance", Attendance, ("meeting", *_PARTICIPANT), "meeting", ("organisation", "post", "person")),
    Kind(
        "invitations",
        Invitation,
        (
            *("meeting", "key", "organisation", "answer", "note", "proposed_starts_at", "proposed_ends_at"),
            *("answered_at", "invited_at", "withdrawn_at"),
        ),
        "meeting",
        ("organisation", "answer"),
    ),
    Kind("delegates", Delegate, ("invitation", *_PARTICIPANT, "note"), "invitation", ("post", "person")),
    Kind(
        "records",
        Record,
        ("meeting", "key", "state", "state_since", "chatham_house", "followed_along", "language", "created_at"),
        "meeting",
        ("state",),
    ),
    Kind("sections", Section, ("record", "key", "agenda_item", "number", "title"), "record", ("number", "title")),
    Kind(
        "paragraphs",
        Paragraph,
        ("section", "key", "position", "kind", "text", *_SPOKEN, "created_at"),
        "section",
        ("kind", "speaker_post", "speaker_person", "speaker_organisation"),
    ),
    Kind(
        "rounds",
        Round,
        ("record", "number", "circulated_at", "due_at", "silence_is_agreement", "note", "closed_at"),
        "record",
        ("number", "circulated_at"),
    ),
    Kind(
        "version_paragraphs",
        VersionParagraph,
        (
            *("round", "section", "section_number", "section_title", "paragraph", "key", "position", "kind", "text"),
            *_SPOKEN,
        ),
        "round",
        ("section_number", "section_title", "kind"),
    ),
    Kind(
        "answers",
        Answer,
        ("round", "organisation", "kind", "reservation", "answered_at"),
        "round",
        ("organisation", "kind"),
    ),
    Kind(
        "record_comments",
        RecordComment,
        (
            *("round", "key", "section", "paragraph", "words_then", "organisation", "author", "text", "wording"),
            *("state", "reply", "decided_by", "decided_at", "made_at"),
        ),
        "round",
        ("organisation", "state"),
    ),
    Kind(
        "corrigenda",
        Corrigendum,
        ("paragraph", "key", "before", "text", "reason", "made_at"),
        "paragraph",
        ("reason", "made_at"),
    ),
    Kind(
        "commitments",
        Commitment,
        (
            *("short_reference", "key", "title", "text", "party", "owed_to", "partners", "article", "source"),
            *("indicator", "baseline", "target", "unit", "target_in_words", "starts_on", "due_on", "recurrence"),
            *("counted_from", "period", "state", "confidence", "language", "illustrative", "created_by"),
            "created_at",
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "progress_reports",
        ProgressReport,
        (
            *("commitment", "key", "author", "text", "value", "evidence_url", "state_before", "state_after"),
            *("confidence", "reason", "new_due_on", "period", "due_on", "verdict", "verdict_reason", "verdict_by"),
            *("verdict_at", "created_at"),
        ),
        "commitment",
        ("created_at", "author", "state_after"),
    ),
    Kind(
        "actions",
        Action,
        (
            *("short_reference", "key", "title", "description", "owner", "owner_person", "helpers", "priority"),
            *("starts_on", "due_on", "state", *_WAITING, "source", "language", "illustrative", "created_by"),
            "created_at",
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "action_updates",
        ActionUpdate,
        ("action", "author", "text", "state_before", "state_after", *_WAITING, "created_at"),
        "action",
        ("created_at", "author", "state_after"),
    ),
    Kind(
        "action_steps",
        ChecklistItem,
        ("action", "key", "text", "position", "done_by", "done_at"),
        "action",
        ("text",),
    ),
    Kind("action_dependencies", ActionDependency, ("action", "waits_for", "created_at"), "action", ("waits_for",)),
    Kind(
        "visits",
        Visit,
        (
            *(*_PAGE, "organisation", "country", "starts_on", "ends_on", "time_zone", "purpose", "objectives"),
            *("minutes_between", "outcome"),
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "visit_members",
        VisitMember,
        ("visit", "key", *_PARTICIPANT, "meetings"),
        "visit",
        ("organisation", "post", "person"),
    ),
    Kind("visit_meetings", VisitMeeting, ("visit", "sort_order", "meeting"), "visit", ("meeting",)),
    Kind(
        "itinerary_entries",
        ItineraryEntry,
        (
            *("visit", "key", "kind", "title", "starts_at", "ends_at", "time_zone", "time_zone_until", "place"),
            *("place_until", "host", "host_post", "note", "members"),
        ),
        "visit",
        ("starts_at", "title"),
    ),
    Kind(
        "letters",
        Letter,
        (
            *("visit", "key", "organisation", "post", "person", "language", "subject", "body", "sent_on"),
            "created_at",
        ),
        "visit",
        ("subject",),
    ),
    Kind("letter_templates", LetterTemplate, ("key", "name", "language", "subject", "body"), heading=("name",)),
    Kind("briefings", BriefingPack, ("visit", "key", "created_at"), "visit"),
    Kind(
        "briefing_texts",
        BriefingText,
        ("pack", "key", "section", "meeting", "position", "text", "language", "created_at"),
        "pack",
        ("section", "meeting"),
        needs=("meeting",),
    ),
    Kind(
        "polls",
        Poll,
        (
            *("key", "title", "description", "time_zone", "closes_on", "state", "meeting", "illustrative"),
            *("organisations", "created_at"),
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind("poll_options", PollOption, ("poll", "starts_at", "ends_at", "is_chosen"), "poll", ("starts_at", "ends_at")),
    Kind("poll_votes", PollVote, ("option", "organisation", "vote", "user", "at"), "option", ("organisation", "vote")),
    Kind(
        "resources",
        Resource,
        (
            *(*_KNOWLEDGE, "kind", "abstract", "body", "authors", "publisher", "year", "languages", "licence"),
            *("source_url", "countries"),
        ),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind(
        "news",
        NewsItem,
        (*_KNOWLEDGE, "published_on", "summary", "body", "picture", "source_url", "countries"),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind(
        "events",
        Event,
        (*_KNOWLEDGE, "starts_at", "ends_at", "time_zone", "place", "link", "summary", "body", "countries"),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind(
        "questions",
        Question,
        (*_KNOWLEDGE, "short_answer", "body", "source", "source_url", "countries"),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind(
        "country_profiles",
        CountryProfile,
        (*_KNOWLEDGE, "country", "summary", "body"),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind(
        "country_facts",
        CountryFact,
        ("profile", "sort_order", "label", "value", "source", "source_url", "as_of"),
        "profile",
        ("label", "value"),
    ),
    Kind(
        "glossary_terms",
        GlossaryTerm,
        (
            *(*_PAGE, "review_on", "definition", "term_ru", "definition_ru", "term_ur", "definition_ur", "source"),
            "source_url",
        ),
        heading=("title",),
        has_page=True,
    ),
    Kind(
        "wordings",
        Wording,
        ("term", "sort_order", "language", "kind", "text", "definition"),
        "term",
        ("language", "text"),
    ),
    Kind(
        "service_points",
        ServicePoint,
        (
            *(*_KNOWLEDGE, "organisation", "country", "city", "address", "state", "summary", "body"),
            *("spoken_languages", "languages", "accessibility", "latitude", "longitude", "phone", "email", "website"),
            "time_zone",
        ),
        heading=("title",),
        has_page=True,
        first="translation_of",
    ),
    Kind("services", Service, ("service_point", "sort_order", "kind", "text"), "service_point", ("kind", "text")),
    Kind(
        "opening_hours",
        OpeningHours,
        ("service_point", "weekday", "opens", "closes"),
        "service_point",
        ("weekday", "opens", "closes"),
    ),
    Kind(
        "opening_exceptions",
        OpeningException,
        ("service_point", "first_day", "last_day", "opens", "closes", "reason"),
        "service_point",
        ("first_day", "last_day", "reason"),
    ),
    Kind(
        "threads",
        Thread,
        (
            *("target", "key", "subject", "last_number", "last_message_at", "illustrative", "pinned_at", "closed_at"),
            *("closed_reason", "merged_into", "summary", "summary_by", "summary_at", "slow_seconds", "read_only_from"),
            *("read_only_until", "chatham_house", "asks_acknowledgement", "created_by", "created_at"),
        ),
        "target",
        ("subject",),
        has_page=True,
        needs=("target",),
    ),
    Kind(
        "messages",
        Message,
        (
            *("thread", "key", "number", "author", "text", "standing", "edited_at", "answers", "moved_to"),
            "created_at",
        ),
        "thread",
        ("number", "author", "created_at"),
    ),
    Kind(
        "message_translations",
        MessageTranslation,
        ("message", "language", "text", "translator", "made_at"),
        "message",
        ("language", "translator"),
    ),
    Kind(
        "files",
        File,
        ("key", "title", "file", "attached_to", "came_with", "lineage", "created_at"),
        "attached_to",
        ("title",),
        needs=("attached_to",),
    ),
    Kind("pictures", Picture, ("key", "title", "file", "description", "created_at"), heading=("title",)),
    Kind(
        "agreement_texts",
        AgreementText,
        ("agreement", "sort_order", "language", "authentic", "file"),
        "agreement",
        ("language",),
    ),
    Kind("resource_files", ResourceFile, ("resource", "sort_order", "file"), "resource", ("file",)),
)

KINDS = (*DIRECTORY, SPACE, *CONTENT)
BY_NAME = {kind.name: kind for kind in KINDS}
# Of a file that came with a part of what it hangs on: what that part is, by the kind of the whole.
CAME_WITH = {
    "actions": "action_updates",
    "commitments": "progress_reports",
    "meetings": "agenda_documents",
    "threads": "messages",
}


@cache
def _kinds_by_model() -> dict[Any, Kind]:
    return {kind.model: kind for kind in KINDS}


def kind_of(model: Any) -> Kind | None:
    return _kinds_by_model().get(model)


def in_lots(keys: list[Any], size: int) -> Iterator[list[Any]]:
    """So many at once: a query takes so many keys and no more."""
    for first in range(0, len(keys), size):
        yield keys[first : first + size]


def parts_of(kind: Kind) -> Iterator[Kind]:
    """The kinds whose things are parts of one of these."""
    for part in CONTENT:
        if part.whole is kind:
            yield part
