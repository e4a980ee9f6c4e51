"""Questions and answers, events, and what gathers on a country."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import languages
from coordination.access import Reader
from coordination.models import Agreement, Country, Organisation, Topic
from coordination.selectors import holding
from knowledge.models import CountryProfile, Event, Question
from knowledge.selectors.library import LATEST, country_profiles, news, on_topic, resources, service_points
from knowledge.selectors.translations import one_language_of_each

Chosen = Callable[[str], Any]


# --- questions and answers -----------------------------------------------------------------------------------------
def questions(user: Reader) -> QuerySet[Question]:
    """The questions that `user` may read, in all languages, by their words."""
    return Question.live_pages().readable_by(user).order_by("title", "pk")


def narrowed_questions(found: QuerySet[Question], chosen: Chosen) -> QuerySet[Question]:
    """An answer that names no country holds in every one."""
    if words := chosen("q"):
        found = found.filter(holding(words, "title", "short_answer", "body"))
    if language := chosen("language"):
        found = found.filter(language=language)
    if topic := chosen("topic"):
        found = found.filter(topics=topic)
    if country := chosen("country"):
        found = found.filter(Q(countries=country) | Q(countries=None)).distinct()
    return found


def questions_begin_with(user: Reader) -> str:
    """The language in which the list of questions opens: the reader's, where there are any in it."""
    language = languages.current()
    return language if questions(user).filter(language=language).exists() else ""


# --- events --------------------------------------------------------------------------------------------------------
def events(user: Reader) -> QuerySet[Event]:
    return one_language_of_each(Event.live_pages().readable_by(user), user)


def coming_events(user: Reader) -> QuerySet[Event]:
    """Those that are not over, the next one first."""
    return events(user).filter(ends_at__gte=timezone.now()).order_by("starts_at", "pk")


def past_events(user: Reader) -> QuerySet[Event]:
    return events(user).filter(ends_at__lt=timezone.now()).order_by("-starts_at", "-pk")


# --- topics --------------------------------------------------------------------------------------------------------
def gathered_on_topic(topic: Topic, user: Reader) -> dict[str, Any]:
    """What `user` may read on a topic, of each kind; the questions in the reader's language."""
    return {
        **on_topic(topic, user),
        "questions": questions(user).filter(topics=topic, language=languages.current())[:LATEST],
        "events": coming_events(user).filter(topics=topic)[:LATEST],
    }


# --- countries -----------------------------------------------------------------------------------------------------
def about_country(country: Country, user: Reader) -> dict[str, Any]:
    """All that gathers on a country, of each kind what `user` may read."""
    profiles = list(country_profiles(user).filter(country=country))
    profile = profile_for(profiles)
    return {
        "profile": profile,
        "facts": profile.facts.all() if profile else [],
        "profiles": [one for one in profiles if one != profile],
        "institutions": institutions_of(country, user),
        "agreements": agreements_with(country, user)[:LATEST],
        "resources": resources(user).filter(countries=country)[:LATEST],
        "service_points": service_points(user).filter(country=country),
        "questions": questions(user).filter(countries=country, language=languages.current())[:LATEST],
        "events": coming_events(user).filter(countries=country)[:LATEST],
        "news": news(user).filter(countries=country)[:LATEST],
    }


def profile_for(profiles: list[CountryProfile]) -> CountryProfile | None:
    """The profile that the page of a country begins with: in the reader's language, else one that is no translation."""
    ranked = sorted(profiles, key=lambda one: (one.language != languages.current(), one.translation_of_id is not None))
    return ranked[0] if ranked else None


def institutions_of(country: Country, user: Reader) -> QuerySet[Organisation]:
    """The organisations of a country; the directory is for whoever is signed in."""
    found = Organisation.objects.filter(country=country).order_by("kind", "name")
    return found if user.is_authenticated else found.none()


def agreements_with(country: Country, user: Reader) -> QuerySet[Agreement]:
    """The agreements to which a body of the country is a party, or that lie in the country's space."""
    ours = Q(parties__organisation__country=country) | Q(space__country=country)
    return Agreement.live_pages().readable_by(user).filter(ours).distinct().order_by("title")
