"""The interface for programs, put to the test by its own description (OpenAPI) with Schemathesis: no answer of 5xx, and
none that the description does not know."""

from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import api
from coordination import services
from coordination.models import ApiVerb, Role
from tests import factories as make

pytestmark = pytest.mark.django_db
EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    (path, method.upper()) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
]


@pytest.fixture
def content(space):
    """One thing of each kind, whose keys are put into addresses beside those that Schemathesis thinks of."""
    chair = make.make_member(space, Role.CHAIR)
    agreement = make.make_agreement(space)
    meeting = make.make_meeting(space)
    make.make_paragraph(make.make_record(meeting))
    thread = make.make_message(make.make_thread(space, subject="Dates"), chair).thread
    found = {
        "spaces": space, "agreements": agreement, "meetings": meeting, "threads": thread,
        "commitments": make.make_commitment(space), "actions": make.make_action(space, chair.organisation),
        "resources": make.make_resource(space),
    }  # fmt: skip
    return chair, {name: one.key for name, one in found.items()}


@pytest.fixture
def schema(content):
    """The description as it is served, with the application behind it, in the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers={"Host": "localhost"})
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_the_description_says(schema, content, path, method):
    chair, keys = content
    until = timezone.localdate() + timedelta(days=2)
    _token, secret = services.make_token(chair, name="Trial", expires_on=until, verbs=ApiVerb.values)

    @seed(20261129)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy(), is_real=st.booleans(), is_known=st.integers(0, 9))
    def ask(case, is_real, is_known):
        if "key" in (case.path_parameters or {}) and is_real:
            case.path_parameters["key"] = keys[path.split("/")[3]]
        headers = {"Host": "localhost", **({"Authorization": f"Bearer {secret}"} if is_known else {})}
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
