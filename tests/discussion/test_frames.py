"""The parser of frames and the formatter of messages whatever comes, and the protocol as it is written down."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from discussion import frames, schema
from scripts import protocol_schema
from tests.discussion import inputs

_some = settings(max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("strategy, check", inputs.ALL.values(), ids=inputs.ALL)
def test_whatever_comes_nothing_crashes_and_nothing_comes_out_unescaped(strategy, check):
    _some(given(strategy)(check))()


def test_the_protocol_is_written_down_as_it_is():
    """The tables for people and the schema for programs."""
    asked, sent = Path("docs/protocol.md").read_text().split("## From the server")
    row = re.compile(r"^\| `([\w.]+)` \| ([^|]*) \|", re.MULTILINE)
    for text, kinds in ((asked, frames.FRAMES), (sent, schema.FROM_SERVER)):
        written = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in row.findall(text)}
        assert written == {kind: set(fields) for kind, fields in kinds.items()}
    assert json.loads(protocol_schema.FILE.read_text()) == schema.protocol(), "scripts/protocol_schema.py writes it"
