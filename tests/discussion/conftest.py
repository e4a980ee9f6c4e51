"""A space with a chair, and a liaison of an organisation."""

import pytest

from coordination.models import Role
from tests.factories import make_member


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR)


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia)
