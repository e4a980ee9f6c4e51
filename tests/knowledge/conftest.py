"""What the tests of knowledge start from."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files of a test lie in its own folder; renditions of pictures of an earlier test, with the same numbers, are gone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
