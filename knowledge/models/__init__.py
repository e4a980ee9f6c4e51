from knowledge.models.feeds import KnowledgeFeed
from knowledge.models.files import File, Picture, Rendition, SpaceFile, TextState
from knowledge.models.glossary import GlossaryTerm, Wording, WordingKind
from knowledge.models.news import NewsItem
from knowledge.models.profiles import CountryFact, CountryProfile
from knowledge.models.resources import Licence, Resource, ResourceFile, ResourceKind
from knowledge.models.service_points import OpeningHours, Service, ServicePoint, ServicePointState, Weekday

__all__ = [
    "CountryFact",
    "CountryProfile",
    "File",
    "GlossaryTerm",
    "KnowledgeFeed",
    "Licence",
    "NewsItem",
    "OpeningHours",
    "Picture",
    "Rendition",
    "Resource",
    "ResourceFile",
    "ResourceKind",
    "Service",
    "ServicePoint",
    "ServicePointState",
    "SpaceFile",
    "TextState",
    "Weekday",
    "Wording",
    "WordingKind",
]
