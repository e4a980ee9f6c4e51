"""What the tests of knowledge start from."""

import pytest
from django.core.cache import caches

from coordination.models import Topic


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files of a test lie in its own folder; Wagtail's memory of renditions, by number, ends with it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    caches["renditions"].clear()


@pytest.fixture
def topic():
    return Topic.objects.get_or_create(slug="labour-mobility", defaults={"name": "Labour mobility"})[0]
