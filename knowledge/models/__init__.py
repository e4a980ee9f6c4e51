from knowledge.models.events import Event
from knowledge.models.feeds import KnowledgeFeed
from knowledge.models.files import File, Picture, Rendition, SpaceFile, TextState
from knowledge.models.glossary import GlossaryTerm, Wording, WordingKind
from knowledge.models.news import NewsItem
from knowledge.models.profiles import CountryFact, CountryProfile
from knowledge.models.questions import Question
from knowledge.models.reading import ReadingList, ReadingListItem
from knowledge.models.resources import Licence, Resource, ResourceFile, ResourceKind
from knowledge.models.service_points import (
    OpeningException,
    OpeningHours,
    Service,
    ServiceKind,
    ServicePoint,
    ServicePointState,
    Weekday,
)
from knowledge.models.upkeep import BrokenLink, BrokenLinkReason, Use, Verdict

__all__ = [
    "BrokenLink",
    "BrokenLinkReason",
    "CountryFact",
    "CountryProfile",
    "Event",
    "File",
    "GlossaryTerm",
    "KnowledgeFeed",
    "Licence",
    "NewsItem",
    "OpeningException",
    "OpeningHours",
    "Picture",
    "Question",
    "ReadingList",
    "ReadingListItem",
    "Rendition",
    "Resource",
    "ResourceFile",
    "ResourceKind",
    "Service",
    "ServiceKind",
    "ServicePoint",
    "ServicePointState",
    "SpaceFile",
    "TextState",
    "Use",
    "Verdict",
    "Weekday",
    "Wording",
    "WordingKind",
]
