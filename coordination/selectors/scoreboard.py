"""The scoreboard: where commitments and actions stand, and what has changed since a day.

The four classes, and how far each state is from done, stand in one table for each kind (`ACTION_RUNGS`,
`COMMITMENT_RUNGS`). SQL and Python are made of it, and so is what docs/users.md says. A total counts what its reader
may read and nothing else; what an item belongs to (its agreement, the topics of its space) counts only where the reader
may read that as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Agreement,
    Commitment,
    CommitmentState,
    Country,
    Organisation,
    ProgressReport,
    Space,
    Topic,
    Verdict,
)

# `chosen` gives what the reader chose for a filter, or None.
Chosen = Callable[[str], Any]


class Standing(models.TextChoices):
    """The four classes of the scoreboard."""

    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    LATE = "late", _("late")
    DONE = "done", _("done")


class Rung(models.IntegerChoices):
    """How far something is from done: further up is worse. What is nowhere stands on no board."""

    NOWHERE = -1
    DONE = 0
    ON_TRACK = 1
    AT_RISK = 2
    OFF_TRACK = 3
    LATE = 4


class Change(models.TextChoices):
    """What has become of something since a day; of these the first that holds, in this order."""

    NEWLY_DONE = "newly_done", _("newly done")
    NEWLY_LATE = "newly_late", _("newly late")
    NEW = "new", _("new")
    WORSE = "worse", _("got worse")
    BETTER = "better", _("got better")


class By(models.TextChoices):
    """What the rows of a scoreboard are."""

    COUNTRY = "country", _("Countries")
    ORGANISATION = "organisation", _("Organisations")
    AGREEMENT = "agreement", _("Agreements")
    TOPIC = "topic", _("Topics")


STANDING_OF: dict[int, str | None] = {
    Rung.NOWHERE: None,
    Rung.DONE: Standing.DONE,
    Rung.ON_TRACK: Standing.ON_TRACK,
    Rung.AT_RISK: Standing.AT_RISK,
    Rung.OFF_TRACK: Standing.AT_RISK,
    Rung.LATE: Standing.LATE,
}

# Of each state: where it stands until its due date, and where once that has passed.
ACTION_RUNGS: dict[str, tuple[Rung, Rung]] = {
    ActionState.OPEN: (Rung.ON_TRACK, Rung.LATE),
    ActionState.IN_PROGRESS: (Rung.ON_TRACK, Rung.LATE),
    ActionState.WAITING: (Rung.AT_RISK, Rung.LATE),
    ActionState.DONE: (Rung.DONE, Rung.DONE),
    ActionState.CANCELLED: (Rung.NOWHERE, Rung.NOWHERE),
}
COMMITMENT_RUNGS: dict[str, tuple[Rung, Rung]] = {
    CommitmentState.NOT_STARTED: (Rung.ON_TRACK, Rung.LATE),
    CommitmentState.ON_TRACK: (Rung.ON_TRACK, Rung.LATE),
    CommitmentState.AT_RISK: (Rung.AT_RISK, Rung.LATE),
    CommitmentState.OFF_TRACK: (Rung.OFF_TRACK, Rung.LATE),
    CommitmentState.ACHIEVED: (Rung.DONE, Rung.DONE),
    CommitmentState.WITHDRAWN: (Rung.NOWHERE, Rung.NOWHERE),
}

# How far back changes are told, where nobody has chosen a day.
DAYS_BACK = 30

# The key of the row for what belongs to no country, no organisation, no agreement, no topic.
NONE = 0
_KEY = models.BigIntegerField()
_NO_KEY = Value(NONE, output_field=_KEY)


@dataclass(frozen=True, eq=False)
class Kind:
    """What the scoreboard asks of a model: who owes it, and where its history stands."""

    model: Any
    rungs: Mapping[str, tuple[Rung, Rung]]
    owner: str
    history: Any
    history_of: str


COMMITMENTS = Kind(Commitment, COMMITMENT_RUNGS, "party", ProgressReport, "commitment")
ACTIONS = Kind(Action, ACTION_RUNGS, "owner", ActionUpdate, "action")
KINDS: dict[Any, Kind] = {kind.model: kind for kind in (COMMITMENTS, ACTIONS)}


# --- one item ------------------------------------------------------------------------------------------------------
def usual_first_day() -> date:
    """Since when changes are told, where nobody has chosen a day."""
    return timezone.localdate() - timedelta(days=DAYS_BACK)


def beginning_of(day: date) -> datetime:
    """The moment at which `day` begins where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _rung(kind: Kind, state: str, on: date) -> Case:
    """Where the rows of `kind` stand on a day, by the expression called `state`, in SQL."""
    whens = []
    for late in (True, False):
        passed = Q(due_on__lt=on) if late else Q()
        for rung in Rung:
            states = [name for name, rungs in kind.rungs.items() if rungs[late] == rung]
            if states:
                whens.append(When(passed & Q(**{f"{state}__in": states}), then=Value(rung.value)))
    return Case(*whens, default=Value(Rung.NOWHERE.value))


def _with_rung(rows: QuerySet, kind: Kind, on: date) -> QuerySet:
    return rows.annotate(rung=_rung(kind, "state", on))


def _told_since(kind: Kind, begins: datetime) -> Q:
    told = Q(created_at__gte=begins)
    return told | Q(verdict_at__gte=begins) if kind is COMMITMENTS else told


def _state_then(kind: Kind, begins: datetime) -> Coalesce:
    """The state at that moment: what the first report since then began from, or else the present one.

    A report on a commitment may be given back later, which moves the state without another report. Where something was
    said since of a report from before, the last report that stood at that moment tells the state.
    """
    reports = kind.history.objects.filter(**{kind.history_of: OuterRef("pk")})
    first_since = reports.filter(created_at__gte=begins).order_by("created_at", "pk").values("state_before")[:1]
    known = [Subquery(first_since), F("state")]
    if kind is COMMITMENTS:
        before = reports.filter(created_at__lt=begins)
        stood = before.exclude(verdict=Verdict.RETURNED, verdict_at__lt=begins).order_by("-created_at", "-pk")
        decided_since = Exists(before.filter(verdict_at__gte=begins))
        known.insert(0, Case(When(decided_since, then=Subquery(stood.values("state_after")[:1]))))
    return Coalesce(*known)


def _opened_since(kind: Kind, begins: datetime) -> Exists | Q:
    """Whether what is owed again has begun anew since that moment: a period before was achieved, and that accepted."""
    if kind is not COMMITMENTS:
        return Q(pk__in=[])
    achieved = ProgressReport.objects.filter(
        commitment=OuterRef("pk"), period__lt=OuterRef("period"), state_after=CommitmentState.ACHIEVED
    )
    return Exists(achieved.filter(verdict=Verdict.ACCEPTED, verdict_at__gte=begins))


def _with_course(rows: QuerySet, kind: Kind, since: date, today: date) -> QuerySet:
    """Those of `rows` that may have changed since the beginning of a day, each with its `course`: the state now, the
    state then, and whether it was there, was late, is late and has begun anew. `_change` says what that amounts to.

    One text, so that the database looks up the state then once for each row. The due date is the present one: what was
    put off and is not late any more was not late then.
    """
    begins = beginning_of(since)
    reported = Q(pk__in=kind.history.objects.filter(_told_since(kind, begins)).values(f"{kind.history_of}_id"))
    passed = Q(due_on__gte=since, due_on__lt=today)
    signs = [
        Case(When(condition, then=Value("1")), default=Value("0"))
        for condition in (
            Q(created_at__lt=begins),
            Q(due_on__lt=since),
            Q(due_on__lt=today),
            _opened_since(kind, begins),
        )
    ]
    course = Concat(
        F("state"), Value(" "), _state_then(kind, begins), Value(" "), *signs, output_field=models.CharField()
    )
    return rows.filter(Q(created_at__gte=begins) | passed | reported).annotate(course=course)


def _change(kind: Kind, course: str) -> str | None:
    """What has become of something on this course; None where nothing has."""
    state, state_then, signs = course.split(" ")
    was_there, was_late, is_late, began_anew = (sign == "1" for sign in signs)
    if began_anew and state_then == CommitmentState.ACHIEVED:
        # What was done is done; the next period begins where each one does, and is not worse for that.
        state_then = CommitmentState.NOT_STARTED
    now = kind.rungs[state][is_late]
    then = kind.rungs[state_then][was_late] if was_there else Rung.NOWHERE
    if now in (Rung.NOWHERE, then):
        return None
    if now in (Rung.DONE, Rung.LATE):
        return Change.NEWLY_DONE if now == Rung.DONE else Change.NEWLY_LATE
    if then == Rung.NOWHERE:
        return Change.NEW
    return Change.WORSE if now > then else Change.BETTER


def _courses(kind: Kind, change: str) -> list[str]:
    """All courses that amount to this change."""
    signs = ["".join(each) for each in product("01", repeat=4)]
    courses = (" ".join(each) for each in product(kind.rungs, kind.rungs, signs))
    return [course for course in courses if _change(kind, course) == change]


# --- what an item belongs to, as far as its reader may know --------------------------------------------------------
def _agreements(user: access.Reader) -> QuerySet[Agreement]:
    return access.readable_at_once(Agreement.objects.live(), user)


def _spaces(user: access.Reader) -> QuerySet[Space]:
    return access.readable_at_once(Space.objects.live(), user)


def _commitment_type() -> int:
    return ContentType.objects.get_for_model(Commitment).pk


def _with_agreement(rows: QuerySet, kind: Kind, user: access.Reader) -> QuerySet:
    """Each row with the key of the `agreement` that it stands under: a commitment by its article, an action by the
    commitment that it came from. An agreement or a commitment that the reader may not read is none."""
    # Asked for first: within the question for each row it would be asked for each row.
    agreements = list(_agreements(user).values_list("pk", flat=True))
    if kind is COMMITMENTS:
        known = When(article__agreement__in=agreements, then=F("article__agreement_id"))
        return rows.annotate(under=Case(known, default=_NO_KEY, output_field=_KEY))
    readable = access.readable_at_once(Commitment.objects.all(), user)
    origin = readable.filter(pk=OuterRef("source_id"), article__agreement__in=agreements)
    agreement = Coalesce(Subquery(origin.values("article__agreement_id")[:1], output_field=_KEY), _NO_KEY)
    return rows.annotate(
        under=Case(When(source_type=_commitment_type(), then=agreement), default=_NO_KEY, output_field=_KEY)
    )


def _of_agreement(kind: Kind, agreements: Any, user: access.Reader) -> Q:
    """What stands under `agreements` (of those that the reader may read)."""
    if kind is COMMITMENTS:
        return Q(article__agreement__in=agreements)
    commitments = access.readable_at_once(Commitment.objects.all(), user).filter(article__agreement__in=agreements)
    return Q(source_type=_commitment_type(), source_id__in=commitments.values("pk"))


def narrowed_to_board(rows: Any, user: access.Reader, chosen: Chosen) -> Any:
    """Of actions or commitments those that a number of the scoreboard counts: the lists show exactly these."""
    kind = KINDS[rows.model]
    rows = _belonging(rows, kind, user, chosen)
    if standing := chosen("standing"):
        wanted = [rung for rung, of in STANDING_OF.items() if of == standing]
        rows = _with_rung(rows, kind, timezone.localdate()).filter(rung__in=wanted)
    if change := chosen("change"):
        changed = _with_course(rows.order_by(), kind, chosen("since") or usual_first_day(), timezone.localdate())
        rows = rows.filter(pk__in=changed.filter(course__in=_courses(kind, change)).values("pk"))
    return rows


def _belonging(rows: Any, kind: Kind, user: access.Reader, chosen: Chosen) -> Any:
    if country := chosen("country"):
        rows = rows.filter(**{f"{kind.owner}__country": country})
    if organisation := chosen("organisation"):
        rows = rows.filter(**{kind.owner: organisation})
    if space := chosen("space"):
        rows = rows.filter(space=space)
    if agreement := chosen("agreement"):
        rows = rows.filter(_of_agreement(kind, [agreement], user))
    if topic := chosen("topic"):
        rows = rows.filter(_of_topics(kind, Q(topics=topic), user))
    match chosen("without"):
        case By.COUNTRY:
            rows = rows.filter(**{f"{kind.owner}__country__isnull": True})
        case By.AGREEMENT:
            rows = rows.exclude(pk__in=_plain(kind).filter(_of_agreement(kind, _agreements(user).values("pk"), user)))
        case By.TOPIC:
            rows = rows.exclude(pk__in=_plain(kind).filter(_of_topics(kind, Q(topics__isnull=False), user)))
    return rows


def _of_topics(kind: Kind, topics: Q, user: access.Reader) -> Q:
    """What has a topic by its space or by its agreement, of those that the reader may read."""
    agreements = _agreements(user).filter(topics).values("pk")
    return Q(space__in=_spaces(user).filter(topics).values("pk")) | _of_agreement(kind, agreements, user)


def _plain(kind: Kind) -> QuerySet:
    return kind.model.objects.order_by().values("pk")


# --- the board -----------------------------------------------------------------------------------------------------
@dataclass
class Tally:
    """How many stand where, how many have changed how, and how many stand nowhere (cancelled or withdrawn)."""

    standing: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Standing.values, 0))
    change: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Change.values, 0))
    nowhere: int = 0

    @property
    def total(self) -> int:
        return sum(self.standing.values())

    @property
    def changed(self) -> int:
        return sum(self.change.values())

    def add_rung(self, rung: int, number: int) -> None:
        standing = STANDING_OF[rung]
        if standing is None:
            self.nowhere += number
        else:
            self.standing[standing] += number

    def add(self, other: "Tally") -> None:
        for mine, more in ((self.standing, other.standing), (self.change, other.change)):
            for name, number in more.items():
                mine[name] += number
        self.nowhere += other.nowhere


@dataclass
class Row:
    """One row of the board. `named` is the country, organisation, agreement or topic; None for what has none."""

    named: Any = None
    commitments: Tally = field(default_factory=Tally)
    actions: Tally = field(default_factory=Tally)

    @property
    def total(self) -> int:
        return self.commitments.total + self.actions.total

    @property
    def urgency(self) -> tuple[int, int, int]:
        """What is worst comes first."""
        sums = [
            self.commitments.standing[name] + self.actions.standing[name]
            for name in (Standing.LATE, Standing.AT_RISK, Standing.ON_TRACK)
        ]
        return (sums[0], sums[1], sums[2])

    def tally(self, kind: Kind) -> Tally:
        return self.commitments if kind is COMMITMENTS else self.actions

    def add(self, other: "Row") -> None:
        self.commitments.add(other.commitments)
        self.actions.add(other.actions)


@dataclass(frozen=True)
class Board:
    """The rows with anything to say, worst first, and all of it together, each item once."""

    rows: list[Row]
    total: Row


Key = tuple[int, int] | int | str | None


def scoreboard(user: access.Reader, by: str, since: date, chosen: Chosen) -> Board:
    """Where all stands that `user` may read and that was `chosen`, by country, organisation, agreement or topic.

    As many queries for many items as for few: two for each kind, and one or two for names.
    """
    cells = _counted(user, by, since, chosen)
    total = Row()
    for row in cells.values():
        total.add(row)
    merged = _by_topic(user, cells, chosen("topic")) if by == By.TOPIC else cells
    names = _names(user, by, merged)
    rows = []
    for key, row in merged.items():
        row.named = names.get(key)
        if row.total or row.commitments.changed or row.actions.changed:
            rows.append(row)
    rows.sort(key=lambda row: (row.named is None, [-number for number in row.urgency], str(row.named)))
    return Board(rows, total)


def standing_of(user: access.Reader, since: date, chosen: Chosen) -> Row:
    """The state of one agreement, organisation or space, whichever was `chosen`. Four queries."""
    return _counted(user, "", since, chosen).get(NONE, Row())


def _counted(user: access.Reader, by: str, since: date, chosen: Chosen) -> dict[Any, Row]:
    """Counts and changes by the key of the row (by topic: of space and agreement, to be spread later)."""
    cells: dict[Any, Row] = defaultdict(Row)
    today = timezone.localdate()
    for kind in KINDS.values():
        readable = access.readable_at_once(kind.model.objects.all(), user)
        rows, columns = _grouped(_belonging(readable, kind, user, chosen), kind, by, user)
        for *key, rung, number in _count(_with_rung(rows, kind, today), *columns, "rung"):
            cells[_key(key)].tally(kind).add_rung(rung, number)
        for *key, course, number in _count(_with_course(rows, kind, since, today), *columns, "course"):
            if change := _change(kind, course):
                cells[_key(key)].tally(kind).change[change] += number
    return dict(cells)


def _count(rows: QuerySet, *columns: str) -> Iterable[tuple]:
    return rows.order_by().values(*columns).annotate(number=Count("pk")).values_list(*columns, "number")


def _key(values: list[Any]) -> Any:
    """None where there is one column and it is empty: the row of what has no country."""
    return NONE if not values else values[0] or NONE if len(values) == 1 else tuple(values)


def _grouped(rows: QuerySet, kind: Kind, by: str, user: access.Reader) -> tuple[QuerySet, list[str]]:
    """The rows, and the columns that make up the key of a row of the board."""
    match by:
        case By.COUNTRY:
            return rows, [f"{kind.owner}__country"]
        case By.ORGANISATION:
            return rows, [kind.owner]
        case By.AGREEMENT:
            return _with_agreement(rows, kind, user), ["under"]
        case By.TOPIC:
            return _with_agreement(rows, kind, user), ["space", "under"]
    return rows, []


def _by_topic(user: access.Reader, cells: dict[Any, Row], only: int | None) -> dict[Any, Row]:
    """Cells of spaces and agreements, spread over the topics of both. Who has two topics stands in two rows."""
    spaces = _topics_of(_spaces(user).filter(pk__in={space for space, _under in cells}))
    agreements = _topics_of(_agreements(user).filter(pk__in={under for _space, under in cells if under}))
    spread: dict[Any, Row] = defaultdict(Row)
    for (space, under), row in cells.items():
        topics = spaces.get(space, set()) | agreements.get(under, set())
        for topic in {only} if only else topics or {NONE}:
            spread[topic].add(row)
    return dict(spread)


def _topics_of(pages: QuerySet) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for page, topic in pages.filter(topics__isnull=False).order_by().values_list("pk", "topics"):
        found[page].add(topic)
    return found


def _names(user: access.Reader, by: str, keys: Iterable[Any]) -> dict[Any, Any]:
    """What the rows are called."""
    sources: dict[str, QuerySet] = {
        By.COUNTRY: Country.objects.all(),
        By.ORGANISATION: Organisation.objects.all(),
        By.AGREEMENT: _agreements(user),
        By.TOPIC: Topic.objects.all(),
    }
    return sources[by].in_bulk([key for key in keys if key != NONE])


def word_for(named: Any) -> str:
    """How a country, organisation, agreement, topic or space stands in an address."""
    match named:
        case Topic():
            return named.slug
        case Agreement() | Space():
            return named.key
    return str(named.pk)
