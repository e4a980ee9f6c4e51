"""What gathers: the start of knowledge, topics, countries."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.models import Country, Topic
from knowledge import selectors
from knowledge.models import CountryProfile


@require_safe
def knowledge(request):
    """Where to begin: topics, countries, what is new."""
    context = {
        "topics": Topic.objects.all(),
        "countries": Country.objects.filter(in_programme=True),
        "resources": selectors.latest_resources(request.user),
        "news": selectors.news(request.user)[: selectors.LATEST],
        "service_points": selectors.service_points(request.user)[: selectors.LATEST],
    }
    return render(request, "knowledge/start.html", context)


@require_safe
def topic_detail(request, slug):
    topic = get_object_or_404(Topic, slug=slug)
    return render(request, "knowledge/topic_detail.html", {"topic": topic, **selectors.on_topic(topic, request.user)})


@require_safe
def country_detail(request, code):
    country = get_object_or_404(Country, code=code)
    return render(
        request, "knowledge/country_detail.html", {"country": country, **selectors.on_country(country, request.user)}
    )


@require_safe
def country_profile_detail(request, key):
    profile = access.open_readable(request, CountryProfile.live_pages().select_related("country"), key=key)
    context = {
        "profile": profile,
        "space": access.if_readable(request.user, profile.space),
        "facts": profile.facts.all(),
        "topics": profile.topics.all(),
    }
    return render(request, "knowledge/country_profile_detail.html", context)
