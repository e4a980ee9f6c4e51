"""What the tests of knowledge start from."""

import pytest


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files of a test lie in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
