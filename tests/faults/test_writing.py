"""Rapporteurs whose connections are cut at random: every word that was committed is in the record, once.

Here for some seconds; benchmarks/record.py does the same for five minutes.
"""

from collections import Counter

import pytest
from asgiref.sync import sync_to_async

from coordination.models import Role
from meetings import services
from meetings.models import AgendaItem, Paragraph, ParagraphDraft
from tests.factories import make_meeting, make_member, make_space
from tests.meetings.rapporteurs import write_for

SECONDS, CUT_EVERY = 4, 0.6


def arrange(stack, count):
    space = make_space()
    users = [make_member(space, Role.RAPPORTEUR) for _number in range(count)]
    meeting = make_meeting(space)
    for number in range(count):
        AgendaItem.objects.create(meeting=meeting, title=f"Item {number}", sort_order=number)
    record = services.open_record(users[0], meeting)
    places = [(user, section.pk) for user, section in zip(users, record.sections.all(), strict=True)]
    return stack.server(), meeting.key, places


@pytest.mark.slow
@pytest.mark.both_stacks
async def test_of_two_and_then_five_rapporteurs_whose_connections_are_cut_every_word_is_there_once(stack):
    server, meeting, places = await sync_to_async(arrange)(stack, 5)
    committed: Counter[str] = Counter()
    for count in (2, 5):
        for one in await write_for(server, meeting, places[:count], SECONDS, CUT_EVERY):
            assert one.cuts > 1 and one.committed
            committed.update(f"{count}:{word}" for word in one.committed)
        texts = await sync_to_async(lambda: list(Paragraph.objects.values_list("text", flat=True)))()
        assert Counter(f"{count}:{text}" for text in texts) == Counter(
            {word: times for word, times in committed.items() if word.startswith(f"{count}:")}
        )
        await sync_to_async(lambda: (ParagraphDraft.objects.all().delete(), Paragraph.objects.all().delete()))()
