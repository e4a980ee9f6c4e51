"""Many values as one, and what lists put together by themselves: each says what the slow way says."""

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation

from coordination.lookups import Many
from coordination.models import Action, ActionState, Person, Priority
from coordination.models.marking import address_of, new_key
from tests.factories import make_action, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

NAMES = ['say "yes"', "one, two", "back\\slash", "{braces}", "NULL", "", " ", "O'Neill", "دفتر", "100 % sure"]


@pytest.fixture
def persons():
    return [Person.objects.create(name=name) for name in [*NAMES, "say yes", "one", "two", "null", "back", "slash"]]


def test_words_are_found_as_they_are_written(persons):
    found = Person.objects.filter(name__among=Many(NAMES))

    assert sorted(found.values_list("name", flat=True)) == sorted(NAMES)


def test_keys_are_found(persons):
    wanted = [person.pk for person in persons[::2]]

    space = make_space()
    made = [make_action(space, owner_person=person) for person in persons]
    assert {action.owner_person_id for action in Action.objects.filter(owner_person__among=Many(wanted))} == {*wanted}
    assert Action.objects.exclude(owner_person__among=Many(wanted)).count() == len(made) - len(wanted)


def test_of_no_values_there_is_none(persons):
    make_action(make_space(), owner_person=persons[0])

    assert not Person.objects.filter(name__among=Many([])).exists()
    assert not Action.objects.filter(owner_person__among=Many([])).exists()


def test_nobody_walks_through_them():
    with pytest.raises(TypeError):
        iter(Many([1, 2]))


@pytest.mark.parametrize("name", ["action_detail", "action_edit", "space_detail", "thread_detail", "file_small"])
def test_an_address_is_the_one_that_django_puts_together(name):
    key = new_key()
    assert address_of(name, key) == reverse(name, kwargs={"key": key})

    before = get_script_prefix()
    set_script_prefix("/below/")
    try:
        assert address_of(name, key) == reverse(name, kwargs={"key": key})
    finally:
        set_script_prefix(before)


@pytest.mark.parametrize("language", ["en", "ur", "ru"])
def test_an_action_is_called_in_the_language_of_its_reader(language):
    with translation.override(language):
        for state in ActionState:
            assert Action(state=state.value).get_state_display() == str(state.label)
        for priority in Priority:
            assert Action(priority=priority.value).get_priority_display() == str(priority.label)
