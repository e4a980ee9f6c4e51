"""What there is once without a country, or for all spaces, is there once, on every database."""

from datetime import date

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, transaction

from coordination.models import CalendarFeed, Holiday, Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.mark.parametrize("country", [None, "PK"])
def test_an_acronym_and_a_holiday_are_there_once(fia, country):
    for number in range(2):
        made = (
            lambda: Organisation.objects.create(acronym="ONE", name="One", country_id=country),
            lambda: Holiday.objects.create(name="New Year", day=date(2027, 1, 1), country_id=country),
        )
        for make in made:
            if number == 0:
                make()
                continue
            with pytest.raises(IntegrityError), transaction.atomic():
                make()


@pytest.mark.parametrize("of_a_space", [True, False])
def test_a_user_has_one_address_for_each_calendar(space, liaison, of_a_space):
    where = space if of_a_space else None
    CalendarFeed.objects.create(user=liaison, space=where, digest="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(user=liaison, space=where, digest="b")


def test_the_database_keeps_every_rule_that_the_models_state():
    warnings = [one for one in run_checks(databases=["default"]) if one.id.startswith("models.W0")]
    assert warnings == []
