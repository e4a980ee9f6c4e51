"""A room to work in: the space, two organisations in it, and who sits there."""

import pytest

from coordination.models import Role
from tests.factories import make_member, make_organisation, make_space, make_user


@pytest.fixture
def moi():
    return make_organisation("MoI")


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia, name="Liaison of FIA")


@pytest.fixture
def rapporteur(space, moi):
    return make_member(space, Role.RAPPORTEUR, moi, name="Rapporteur of MoI")


@pytest.fixture
def chair(space, moi):
    return make_member(space, Role.CHAIR, moi, name="Chair of MoI")


@pytest.fixture
def stranger():
    return make_member(make_space("Elsewhere"), Role.CHAIR, make_organisation(country="KZ"), name="Stranger")


@pytest.fixture
def secretary():
    return make_user("Secretary", platform_role="secretariat")
