"""The scoreboard counts exactly what its reader may read, and each number leads to exactly these items."""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from coordination import access, services
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Article,
    Commitment,
    CommitmentState,
    Marking,
    ProgressReport,
    Topic,
    Verdict,
)
from coordination.selectors import scoreboard as board
from tests.factories import (
    make_agreement,
    make_commitment,
    make_member,
    make_organisation,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
SINCE_DAYS = 30


def chosen(**values):
    return values.get


# --- a random world, and its slow recount ----------------------------------------------------------------------------
class RandomWorld:
    """Two spaces with topics, agreements in all markings, and items whose states have wandered for sixty days.

    Written in bulk: nothing but the rows themselves is looked at.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.topics = [Topic.objects.get_or_create(slug=f"t{n}", defaults={"name": f"Topic {n}"})[0] for n in range(3)]
        self.spaces = [make_space(topics=self._some_topics()) for _number in range(2)]
        self.organisations = [make_organisation(country=country) for country in ("PK", "KZ", None)]
        self.author = make_user()
        self.member = make_member(self.spaces[0], organisation=self.organisations[0])
        self.readers = [self.member, make_user(), make_member(self.spaces[1])]
        self.agreements = [self._agreement() for _number in range(4)]
        self.articles = [Article.objects.create(agreement=one, number="1", body="<p>x</p>") for one in self.agreements]
        self.commitments = self._written(Commitment, [self._commitment() for _number in range(50)])
        self.actions = self._written(Action, [self._action() for _number in range(70)])
        self._live(self.commitments, CommitmentState, ProgressReport, "commitment")
        self._live(self.actions, ActionState, ActionUpdate, "action")

    def _some_topics(self) -> list:
        return self.chance.sample(self.topics, self.chance.randint(0, 2))

    def _audience(self, space):
        marking = self.chance.choice([*Marking.values, Marking.AMBER])
        return access.intern(access.audience_tokens(space.pk, marking, [self.organisations[0].pk], [self.member.pk]))

    def _agreement(self):
        agreement = make_agreement(self.chance.choice(self.spaces), topics=self._some_topics())
        agreement.own_audience = self._audience(agreement.space)
        access.settle(agreement)
        return agreement

    def _shared(self) -> dict:
        space = self.chance.choice(self.spaces)
        audience = self._audience(space)
        return {"space": space, "own_audience": audience, "audience": audience, "title": "x", "due_on": self._day()}

    def _commitment(self):
        article, party = self.chance.choice([*self.articles, None]), self.chance.choice(self.organisations)
        return Commitment(party=party, article=article, **self._shared())

    def _action(self):
        source = self.chance.choice([self.chance.choice(self.commitments), None])
        return Action(owner=self.chance.choice(self.organisations), source=source, **self._shared())

    def _day(self) -> date | None:
        days = self.chance.choice([None, *range(-60, 30, 3), -SINCE_DAYS, -SINCE_DAYS - 1, -1, 0])
        return None if days is None else timezone.localdate() + timedelta(days=days)

    def _written(self, model, rows):
        return model.objects.bulk_create(rows)

    def _live(self, rows, states, history, name):
        """A life of up to sixty days for each: `lived` is what it was from which moment on."""
        reports = []
        for obj in rows:
            obj.created_at = timezone.now() - timedelta(
                days=self.chance.randint(0, 60), minutes=self.chance.randint(1, 500)
            )
            obj.lived = [(obj.created_at, obj.state)]
            age = timezone.now() - obj.created_at
            for part in sorted(self.chance.random() for _step in range(self.chance.randint(0, 4))):
                state = self.chance.choice(states.values)
                report = history(author=self.author, text="x", state_before=obj.state, state_after=state, **{name: obj})
                report.moment = obj.created_at + age * part
                reports.append(report)
                obj.state = state
                obj.lived.append((report.moment, state))
            if history is ProgressReport and len(obj.lived) > 1 and self.chance.random() < 0.5:
                # The last report was given back, some time after it was written.
                report.verdict = Verdict.RETURNED
                report.verdict_at = report.moment + (timezone.now() - report.moment) * self.chance.random()
                obj.state = report.state_before
                obj.lived.append((report.verdict_at, obj.state))
            elif history is ProgressReport and len(obj.lived) > 1 and self.chance.random() < 0.5:
                # It was achieved with the last report, that was accepted some time after, and it is owed again.
                report.state_after = "achieved"
                report.verdict, obj.period = Verdict.ACCEPTED, 2
                report.verdict_at = report.moment + (timezone.now() - report.moment) * self.chance.random()
                obj.state, obj.anew_at = "not_started", report.verdict_at
                obj.lived[-1:] = [(report.moment, "achieved"), (report.verdict_at, obj.state)]
        numbers = ["period"] if history is ProgressReport else []
        type(rows[0]).objects.bulk_update(rows, ["state", "created_at", *numbers])
        reports = history.objects.bulk_create(reports)
        for report in reports:
            report.created_at = report.moment
        history.objects.bulk_update(reports, ["created_at"])


def rung(obj, state: str, on: date) -> int:
    """By hand, as docs/users.md says it."""
    if state in ("cancelled", "withdrawn"):
        return -1
    if state in ("done", "achieved"):
        return 0
    if obj.due_on is not None and obj.due_on < on:
        return 4
    return {"waiting": 2, "at_risk": 2, "off_track": 3}.get(state, 1)


def standing(obj) -> str | None:
    return {-1: None, 0: "done", 1: "on_track", 2: "at_risk", 3: "at_risk", 4: "late"}[
        rung(obj, obj.state, timezone.localdate())
    ]


def change(obj, since: date) -> str | None:
    begins = timezone.make_aware(datetime.combine(since, time.min))
    states = [state for moment, state in obj.lived if moment < begins]
    if states and states[-1] == "achieved" and hasattr(obj, "anew_at"):
        states.append("not_started")
    was = rung(obj, states[-1], since) if states else -1
    now = rung(obj, obj.state, timezone.localdate())
    if now == -1 or now == was:
        return None
    if now in (0, 4):
        return "newly_done" if now == 0 else "newly_late"
    if was == -1:
        return "new"
    return "worse" if now > was else "better"


def agreement_of(obj, reader):
    commitment = obj if isinstance(obj, Commitment) else obj.source
    if commitment is None or commitment.article is None or not access.may_read(reader, commitment):
        return None
    return access.if_readable(reader, commitment.article.agreement)


def belongs_to(obj, by: str, reader) -> set:
    organisation = obj.party if isinstance(obj, Commitment) else obj.owner
    match by:
        case "country":
            return {organisation.country}
        case "organisation":
            return {organisation}
        case "agreement":
            return {agreement_of(obj, reader)}
    pages = [access.if_readable(reader, obj.space), agreement_of(obj, reader)]
    return {topic for page in pages if page for topic in page.topics.all()} or {None}


def recount(world, reader, by: str, since: date) -> Counter:
    """How often each number of the board is to be found: by name of the row, kind, and class or change."""
    numbers: Counter = Counter()
    for name, items in (("commitments", world.commitments), ("actions", world.actions)):
        for obj in items:
            if access.may_read(reader, obj):
                for row in belongs_to(obj, by, reader):
                    numbers[(row, name, standing(obj))] += 1
                    numbers[(row, name, change(obj, since))] += 1
    return Counter({key: number for key, number in numbers.items() if key[2]})


def counted(rows) -> Counter:
    numbers: Counter = Counter()
    for row in rows:
        for name, tally in (("commitments", row.commitments), ("actions", row.actions)):
            for label, number in {**tally.standing, **tally.change}.items():
                if number:
                    numbers[(row.named, name, label)] += number
    return numbers


@pytest.mark.parametrize("seed", [1, 2])
def test_the_board_equals_a_slow_recount_for_every_reader(seed):
    world = RandomWorld(seed)
    since = timezone.localdate() - timedelta(days=SINCE_DAYS)

    for reader in world.readers:
        for by in board.By.values:
            found = board.scoreboard(reader, by, since, chosen())
            assert counted(found.rows) == recount(world, reader, by, since), (reader, by)
            readable = [obj for obj in [*world.commitments, *world.actions] if access.may_read(reader, obj)]
            assert found.total.total == sum(standing(obj) is not None for obj in readable)
            nowhere = found.total.commitments.nowhere + found.total.actions.nowhere
            assert nowhere == sum(standing(obj) is None for obj in readable)


@pytest.mark.parametrize("accepted_days_ago", [40, 10])
def test_what_is_owed_again_is_not_worse_for_it(space, fia, liaison, rapporteur, accepted_days_ago):
    due_on = timezone.localdate() + timedelta(days=1)
    with time_machine.travel(timezone.now() - timedelta(days=50)):
        commitment = make_commitment(space, fia, recurrence="yearly", due_on=due_on, state="on_track")
        report = services.report_progress(liaison, commitment, text="Done.", state="achieved")
    with time_machine.travel(timezone.now() - timedelta(days=accepted_days_ago)):
        services.review_report(rapporteur, report, "accepted")
    since = timezone.localdate() - timedelta(days=SINCE_DAYS)
    [row] = board.scoreboard(rapporteur, "country", since, chosen()).rows
    assert (row.commitments.standing["on_track"], row.commitments.changed) == (1, 0)
    commitment.refresh_from_db()
    services.report_progress(liaison, commitment, text="Late.", state="at_risk", reason="Rain.", new_due_on=due_on)
    [row] = board.scoreboard(rapporteur, "country", since, chosen()).rows
    assert row.commitments.change["worse"] == row.commitments.changed == 1


def test_each_number_leads_to_exactly_the_items_that_it_counts():
    world = RandomWorld(3)
    reader = world.member
    since = timezone.localdate() - timedelta(days=SINCE_DAYS)

    for by in board.By.values:
        for row in board.scoreboard(reader, by, since, chosen()).rows:
            where = {by: row.named.pk} if row.named else {"without": by}
            for model, tally in ((Commitment, row.commitments), (Action, row.actions)):
                readable = model.objects.readable_by(reader)
                for label, number in tally.standing.items():
                    rows = board.narrowed_to_board(readable, reader, chosen(standing=label, **where))
                    assert rows.count() == number, (by, row.named, model, label)
                for label, number in tally.change.items():
                    rows = board.narrowed_to_board(readable, reader, chosen(change=label, since=since, **where))
                    assert rows.count() == number, (by, row.named, model, label)
                if by == "country":
                    narrowed = board.scoreboard(reader, "topic", since, chosen(**where))
                    assert narrowed.total.total == row.total
