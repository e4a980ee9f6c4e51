"""Pages that show meetings, messages and what was found ask as often for a thousand rows as for ten.

(Actions and commitments: tests/coordination/test_query_counts.py.)
"""

import uuid
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from coordination import access
from coordination.models import Role
from coordination.models.marking import new_key
from discussion.models import Message, Thread
from meetings.models import Meeting
from search.engines import embedded
from search.models import Entry
from tests.factories import make_meeting, make_member, make_message, make_organisation, make_space, make_thread

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FEW, MANY = 10, 1000


def add_meetings(space, organiser, rows: int) -> None:
    """Half of them past, half to come; written at once, as no user could."""
    model = make_meeting(space, organiser=organiser)
    shared = {"own_audience": model.own_audience, "audience": model.audience, "space": space, "organiser": organiser}
    content_type, steplen = ContentType.objects.get_for_model(Meeting), Page.steplen
    first = Page.objects.filter(path__startswith=space.path, depth=space.depth + 1).count() + 1
    for number in range(first, first + rows):
        path = space.path + Page._int2str(number).rjust(steplen, "0")
        page = {"path": path, "depth": space.depth + 1, "slug": f"m{number}", "url_path": f"{space.url_path}m{number}/"}
        starts = timezone.now() + timedelta(hours=number if number % 2 else -number - 3)
        meeting = Meeting(
            **page, **shared, title=f"Meeting {number}", draft_title="", content_type=content_type, key=new_key(),
            locale=space.locale, starts_at=starts, ends_at=starts + timedelta(hours=1),
        )  # fmt: skip
        _insert(meeting)


def _insert(meeting: Meeting) -> None:
    """Both of its rows, without what listens to changes."""
    page = Page(**{field.attname: getattr(meeting, field.attname) for field in Page._meta.concrete_fields})
    page.save_base(raw=True, force_insert=True)
    meeting.page_ptr_id = meeting.pk = page.pk
    meeting.save_base(raw=True, force_insert=True)


def add_messages(thread, authors, rows: int) -> None:
    last = thread.last_number
    Message.objects.bulk_create(
        Message(thread=thread, number=last + n, author=authors[n % len(authors)], text=f"Said {n}",
                submission=uuid.uuid4(), key=new_key())
        for n in range(1, rows + 1)
    )  # fmt: skip
    Thread.objects.filter(pk=thread.pk).update(last_number=last + rows)


def add_entries(space, rows: int) -> None:
    audience = access.intern({access.space_token(space.pk)})
    kind = ContentType.objects.get_for_model(Meeting)
    first = Entry.objects.count() * 10_000
    entries = Entry.objects.bulk_create(
        Entry(content_type=kind, object_id=first + n, part="", language="en", kind="meeting", title=f"Crossing {n}",
              body="About the crossing.", url="/", audience=audience, space_id=space.pk, version=1)
        for n in range(rows)
    )  # fmt: skip
    embedded.write(entries)


def queries_for(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_no_page_takes_more_queries_for_a_thousand_meetings_and_messages_than_for_ten(client):
    space, organiser = make_space("Border management"), make_organisation("FIA")
    reader, authors = make_member(space, Role.CONTRIBUTOR), [make_member(space, Role.CONTRIBUTOR) for _ in range(5)]
    thread = make_thread(space, subject="Survey")
    make_message(thread, authors[0])
    meeting = make_meeting(space, organiser=organiser)
    make_message(meeting, authors[0])
    addresses = [
        "/desk/", "/meetings/", "/meetings/?when=past", "/threads/", "/notifications/", "/search/?q=crossing",
        "/search/suggest/?q=cross", space.get_absolute_url(), meeting.get_absolute_url(),
        thread.get_absolute_url(), f"{thread.get_absolute_url()}?page=1",
    ]  # fmt: skip
    client.force_login(reader)
    thread.refresh_from_db()
    on_meeting = Thread.objects.exclude(pk=thread.pk).get()

    def fill(rows: int) -> dict[str, int]:
        add_meetings(space, organiser, rows)
        for one in (thread, on_meeting):
            one.refresh_from_db()
            add_messages(one, authors, rows)
        add_entries(space, rows)
        for address in addresses:  # content types and the like are asked for once a process
            client.get(address)
        return {address: queries_for(client, address) for address in addresses}

    few = fill(FEW)
    many = fill(MANY)

    assert {address: (few[address], many[address]) for address in addresses if many[address] > few[address]} == {}
    assert max(many.values()) < 45
