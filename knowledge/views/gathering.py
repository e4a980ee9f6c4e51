"""What gathers: the start of knowledge, topics, countries."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from coordination import access
from coordination.country_sections import sections_of
from coordination.models import Country, Topic
from knowledge import selectors
from knowledge.models import CountryProfile
from knowledge.views.shared import reader_side


@require_safe
def knowledge(request):
    """Where to begin: topics, countries, what is new."""
    context = {
        "topics": Topic.objects.all(),
        "countries": Country.objects.filter(in_programme=True),
        "resources": selectors.latest_resources(request.user),
        "news": selectors.news(request.user)[: selectors.LATEST],
        "questions": selectors.questions(request.user).filter(language=get_language())[: selectors.LATEST],
        "events": selectors.coming_events(request.user)[:3],
        "most_used": selectors.most_used(request.user),
        "service_points": selectors.service_points(request.user)[: selectors.LATEST],
    }
    return render(request, "knowledge/start.html", context)


@require_safe
def topic_detail(request, slug):
    topic = get_object_or_404(Topic, slug=slug)
    return render(
        request, "knowledge/topic_detail.html", {"topic": topic, **selectors.gathered_on_topic(topic, request.user)}
    )


@require_safe
def country_detail(request, code):
    """A country: the profile in the reader's language, and all that gathers on it."""
    country = get_object_or_404(Country, code=code)
    context = {
        "country": country,
        **selectors.about_country(country, request.user),
        "sections": list(sections_of(country, request.user)),
    }
    return render(request, "knowledge/country_detail.html", context)


@require_safe
def country_profile_detail(request, key):
    profile = access.open_readable(request, CountryProfile.live_pages().select_related("country"), key=key)
    context = {
        **selectors.about_country(profile.country, request.user),
        "sections": list(sections_of(profile.country, request.user)),
        "profiles": [],
        "profile": profile,
        "facts": profile.facts.all(),
        "topics": profile.topics.all(),
        **reader_side(request, profile),
    }
    return render(request, "knowledge/country_profile_detail.html", context)
