"""What knowledge tells of countries (see coordination.country_profiles): profiles with their facts, two queries."""

from collections.abc import Collection, Iterator

from coordination import access
from coordination.country_profiles import Fact, Profile, register
from coordination.paragraphs import plain_text
from knowledge.models import CountryFact, CountryProfile


@register
def profiles(countries: Collection[str], user: access.Reader) -> Iterator[Profile]:
    found = list(
        CountryProfile.live_pages().readable_by(user).filter(country__in=countries).order_by("country", "title")
    )
    facts: dict[int, list[Fact]] = {}
    for row in CountryFact.objects.filter(profile__in=found).select_related("profile__audience"):
        facts.setdefault(row.profile_id, []).append(Fact(row.label, row.value, row.source, row.as_of, row))
    for profile in found:
        lines = [*profile.summary.splitlines(), *plain_text(profile.body).splitlines()]
        yield Profile(
            title=profile.title,
            url=profile.get_absolute_url(),
            country=profile.country_id,
            language=profile.language,
            paragraphs=[line.strip() for line in lines if line.strip()],
            row=profile,
            facts=facts.get(profile.pk, []),
        )
