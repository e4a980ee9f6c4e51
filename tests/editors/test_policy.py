"""No script stands within a page of the editors' side, so that its Content Security Policy need not allow one."""

import re

import pytest

from coordination.models import Role
from tests.factories import (
    make_agreement,
    make_meeting,
    make_member,
    make_resource,
    make_space,
)

IN_THE_PAGE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"(?:application/json|text/(?:x-)?template)))[^>]*>|\son\w+=\"|\sstyle=\""
)
pytestmark = pytest.mark.django_db


def test_widgets_are_started_by_data_and_no_script_or_style_stands_in_a_form(client):
    space = make_space()
    client.force_login(make_member(space, Role.CHAIR))
    started = set()
    for page in (make_agreement(space), make_meeting(space), make_resource(space)):
        answer = client.get(f"/editors/pages/{page.pk}/edit/")
        html = answer.content.decode()
        assert IN_THE_PAGE.findall(html) == []
        assert "accord/js/editors.js" in html
        assert "editing-sessions" not in html, "the gate would refuse what the page asks"
        assert 'data-w-sync-target-value=""' not in html, "Wagtail's script stumbles over what fills in no field."
        started |= set(re.findall(r'data-start="(\w+)"', html))
        policy = answer["Content-Security-Policy"].split("; ")
        assert "default-src 'self'" in policy
        assert [rule for rule in policy if "unsafe" in rule] == ["style-src-elem 'self' 'unsafe-inline'"]
    assert started >= {"InlinePanel", "initDateChooser", "initDateTimeChooser", "PageChooser", "DocumentChooser"}
