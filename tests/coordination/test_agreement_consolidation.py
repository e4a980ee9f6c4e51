"""The consolidated text of an agreement as of a day, against texts written by hand."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from coordination.consolidation import Change, Original, consolidate, differences
from coordination.paragraphs import paragraphs_of, plain_text

AGREEMENT = [
    Original("a", "1", "Purpose", "<p>The parties cooperate on the return of their nationals.</p>"),
    Original("b", "2", "Contact points", "<p>Each party names one contact point.</p><p>It answers in ten days.</p>"),
    Original("c", "3", "Costs", "<p>Each party bears its own costs.</p>"),
    Original("d", "4", "Entry into force", "<p>This agreement enters into force on signature.</p>"),
]

FIRST = "first protocol"
SECOND = "second protocol"
THIRD = "third protocol"

CHANGES = [
    # The third, written down first: the order of the rows says nothing.
    Change(
        "c5", THIRD, "replace", "2 bis", date(2025, 1, 1), signed_on=date(2024, 11, 5), title="Liaison officers",
        body="<p>Each party may send two liaison officers.</p>", position=0,
    ),
    Change("c6", THIRD, "delete", "3", date(2025, 1, 1), signed_on=date(2024, 11, 5), position=1),
    # Of one day with the second: signed later, so it has the last word.
    Change(
        "c4", THIRD, "replace", "1", date(2023, 7, 1), signed_on=date(2023, 6, 2), title="Purpose",
        body="<p>The parties cooperate on return, readmission and reintegration.</p>", position=2,
    ),
    Change(
        "c3", SECOND, "replace", "1", date(2023, 7, 1), signed_on=date(2023, 6, 1), title="Purpose",
        body="<p>The parties cooperate on return and readmission.</p>",
    ),
    Change(
        "c1", FIRST, "replace", "2", date(2022, 3, 1), signed_on=date(2022, 1, 10), title="Contact points",
        body="<p>Each party names two contact points.</p><p>They answer in five days.</p>",
    ),
    Change(
        "c2", FIRST, "insert", "2", date(2022, 3, 1), number="2 bis", signed_on=date(2022, 1, 10),
        title="Liaison officers", body="<p>Each party may send a liaison officer.</p>", position=1,
    ),
]  # fmt: skip

AS_SIGNED = """\
1 Purpose
The parties cooperate on the return of their nationals.
2 Contact points
Each party names one contact point.
It answers in ten days.
3 Costs
Each party bears its own costs.
4 Entry into force
This agreement enters into force on signature."""

AFTER_THE_FIRST = """\
1 Purpose
The parties cooperate on the return of their nationals.
2 Contact points
Each party names two contact points.
They answer in five days.
2 bis Liaison officers
Each party may send a liaison officer.
3 Costs
Each party bears its own costs.
4 Entry into force
This agreement enters into force on signature."""

AFTER_THE_SECOND = """\
1 Purpose
The parties cooperate on return, readmission and reintegration.
2 Contact points
Each party names two contact points.
They answer in five days.
2 bis Liaison officers
Each party may send a liaison officer.
3 Costs
Each party bears its own costs.
4 Entry into force
This agreement enters into force on signature."""

AFTER_THE_THIRD = """\
1 Purpose
The parties cooperate on return, readmission and reintegration.
2 Contact points
Each party names two contact points.
They answer in five days.
2 bis Liaison officers
Each party may send two liaison officers.
4 Entry into force
This agreement enters into force on signature."""


def written_out(as_of, changes=CHANGES):
    text = consolidate(AGREEMENT, changes, as_of)
    return "\n".join(f"{one.number} {one.title}\n{plain_text(one.body)}" for one in text.standing)


def test_the_text_as_of_four_days_is_the_one_written_by_hand():
    expected = {
        date(2022, 2, 28): AS_SIGNED,
        date(2022, 3, 1): AFTER_THE_FIRST,
        date(2023, 12, 31): AFTER_THE_SECOND,
        date(2025, 1, 1): AFTER_THE_THIRD,
    }
    assert {day: written_out(day) for day in expected} == expected


def test_the_order_in_which_changes_are_handed_in_makes_no_difference():
    assert written_out(date(2025, 1, 1), CHANGES[::-1]) == AFTER_THE_THIRD


def test_what_is_deleted_keeps_its_place_and_says_by_what():
    [deleted] = [one for one in consolidate(AGREEMENT, CHANGES, date(2025, 1, 1)).articles if one.is_deleted]
    assert (deleted.key, deleted.number, [change.source for change in deleted.changes]) == ("c", "3", [THIRD])


def test_insertions_of_one_protocol_stand_in_its_order_and_those_of_a_later_one_right_after_the_article():
    day = date(2022, 1, 1)
    changes = [
        Change("x", "p", "insert", "1", day, number="1a", position=0),
        Change("y", "p", "insert", "1", day, number="1b", position=1),
        Change("z", "q", "insert", "1", date(2022, 2, 1), number="1 ante"),
        Change("w", "p", "insert", "", day, number="0", position=2),
    ]
    numbers = [one.number for one in consolidate(AGREEMENT[:2], changes, date(2023, 1, 1)).standing]
    assert numbers == ["0", "1", "1 ante", "1a", "1b", "2"]


def test_an_article_can_be_inserted_after_one_that_was_deleted_and_take_its_number():
    day = date(2022, 1, 1)
    changes = [
        Change("x", "p", "delete", "3", day, position=0),
        Change("y", "p", "insert", "3", day, number="3", title="Funds", position=1),
        Change("z", "q", "replace", "3", date(2022, 2, 1), title="Funding", number="3"),
    ]
    standing = consolidate(AGREEMENT, changes, date(2023, 1, 1)).standing
    assert [(one.number, one.title) for one in standing][2] == ("3", "Funding")


def test_a_change_to_an_article_that_does_not_stand_there_is_told_and_changes_nothing():
    lost = Change("x", "p", "replace", "9", date(2022, 1, 1), title="Nowhere", body="<p>Nowhere.</p>")
    text = consolidate(AGREEMENT, [lost], date(2023, 1, 1))
    assert (text.without_place, text.is_changed) == ([lost], False)


def test_numbers_are_compared_as_people_write_them():
    change = Change("x", "p", "replace", "2BIS.", date(2023, 1, 1), title="Found", body="<p>x</p>")
    text = consolidate(AGREEMENT, [*CHANGES, change], date(2023, 2, 1))
    assert not text.without_place
    assert "Found" in [one.title for one in text.standing]


def test_differences_are_told_word_by_word():
    runs = differences("Each party names one contact point.", "Each party names two contact points.")
    assert [(run.kind, run.text) for run in runs] == [
        ("same", "Each party names "), ("deleted", "one"), ("inserted", "two"), ("same", " contact "),
        ("deleted", "point."), ("inserted", "points."),
    ]  # fmt: skip


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_differences_give_both_texts_back(before, after):
    runs = differences(before, after)
    assert "".join(run.text for run in runs if run.kind != "inserted") == before
    assert "".join(run.text for run in runs if run.kind != "deleted") == after


def test_long_texts_are_compared_line_by_line_and_changed_lines_by_words():
    before = "\n".join(f"word {number} of a line" for number in range(1000))
    runs = differences(before, before.replace("word 500 of", "term 500 of"))
    assert [run.text for run in runs if run.kind != "same"] == ["word", "term"]
    same = "the same words again and again " * 500
    assert [run.kind for run in differences(same, same + "and again")] == ["deleted", "inserted"]


def test_paragraphs_are_the_blocks_of_a_text_and_the_items_of_its_numbered_lists():
    body = "<p>One &amp; <b>all</b></p><ol><li>first</li><li>second<ul><li>of it</li></ul></li></ol><ul><li>x</li></ul>"
    assert paragraphs_of(body) == [
        "<p>One &amp; <b>all</b></p>",
        '<ol start="1"><li>first</li></ol>',
        '<ol start="2"><li>second<ul><li>of it</li></ul></li></ol>',
        "<ul><li>x</li></ul>",
    ]
    assert plain_text(body) == "One & all\nfirst\nsecond of it\nx"


@given(st.text("<>/&; pbolius\"'", max_size=60))
def test_no_text_breaks_the_paragraphs(body):
    assert all(block.startswith("<") for block in paragraphs_of(body))
