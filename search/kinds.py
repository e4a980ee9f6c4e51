"""How each kind of result is called and drawn."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    label: Any
    icon: str  # of Bootstrap Icons


KINDS: dict[str, Kind] = {
    "agreement": Kind(_("Agreement"), "file-earmark-ruled"),
    "article": Kind(_("Article"), "paragraph"),
    "commitment": Kind(_("Commitment"), "flag"),
    "action": Kind(_("Action"), "check2-square"),
    "meeting": Kind(_("Meeting"), "calendar3"),
    "record": Kind(_("Record"), "journal-text"),
    "visit": Kind(_("Visit"), "airplane"),
    "resource": Kind(_("Resource"), "book"),
    "file": Kind(_("File"), "file-earmark-text"),
    "country_profile": Kind(_("Country profile"), "globe-asia-australia"),
    "service_point": Kind(_("Service point"), "geo-alt"),
    "glossary_term": Kind(_("Glossary term"), "card-text"),
    "news": Kind(_("News"), "newspaper"),
    "event": Kind(_("Event"), "calendar-event"),
    "question": Kind(_("Question and answer"), "question-circle"),
    "collection": Kind(_("Collection"), "collection"),
    "message": Kind(_("Message"), "chat-left-text"),
    "space": Kind(_("Space"), "people"),
    "person": Kind(_("Person"), "person"),
    "organisation": Kind(_("Organisation"), "building"),
}
