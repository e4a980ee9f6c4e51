"""Agreements: their text as of a day, their course, how they stand to one another, what was undertaken under each
article. Of other agreements only what the reader may read is named, counted or makes a difference."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext_lazy as _in

from coordination import access
from coordination.agreement_discussions import Discussion, discussions_of
from coordination.consolidation import (
    Change,
    Consolidated,
    Consolidation,
    Original,
    Run,
    consolidate,
    differences,
)
from coordination.models import (
    RUNNING_STATES,
    Agreement,
    AgreementRelation,
    AgreementState,
    AgreementText,
    Amendment,
    Article,
    Commitment,
    RelationKind,
    article_name,
)
from coordination.paragraphs import paragraphs_of, plain_text


def commitments_under(agreement: Agreement, user: access.Reader) -> dict[int, list[Commitment]]:
    """The commitments under each article of `agreement` that `user` may read, by the article's key. One query."""
    found: dict[int, list[Commitment]] = {}
    for commitment in Commitment.objects.readable_by(user).for_lists().filter(article__agreement=agreement):
        if commitment.article_id is not None:
            found.setdefault(commitment.article_id, []).append(commitment)
    return found


# --- the text as of a day ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class NumberedParagraph:
    anchor: str
    number: int
    html: str


@dataclass
class ShownArticle:
    """An article as the page shows it: as it was signed, or as of a day with what differs."""

    anchor: str
    name: str
    paragraphs: list[NumberedParagraph]
    # None for an article that an amendment inserted.
    article: Article | None = None
    original_name: str = ""
    original: list[NumberedParagraph] = field(default_factory=list)
    # The plain texts before and after, where something was changed.
    compared: tuple[str, str] | None = None
    amendments: list[Amendment] = field(default_factory=list)
    is_deleted: bool = False
    commitments: list[Commitment] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)

    @property
    def is_inserted(self) -> bool:
        return self.article is None

    # Worked out where they are shown: comparing is slow, and paper shows the text alone.
    @cached_property
    def differences(self) -> list[Run]:
        return differences(*self.compared) if self.compared else []

    @cached_property
    def name_differences(self) -> list[Run]:
        return differences(self.original_name, self.name) if self.compared else []

    @property
    def is_changed(self) -> bool:
        return bool(self.amendments)


@dataclass
class ShownText:
    articles: list[ShownArticle]
    # Changes that name an article which does not stand in this reader's text.
    without_place: list[Amendment] = field(default_factory=list)


def amendments_to(agreement: Agreement, user: access.Reader) -> list[Amendment]:
    """What other agreements change in this one, as far as `user` may read them: of those that have been signed."""
    rows = (
        Amendment.objects.readable_by(user)
        .filter(agreement__amends=agreement, agreement__live=True)
        .exclude(agreement__state=AgreementState.NEGOTIATION)
        .select_related("agreement__audience")
        .order_by("takes_effect_on", "agreement_id", "sort_order")
    )
    return list(rows)


def text_of(agreement: Agreement, user: access.Reader, amendments: Iterable[Amendment], on: date | None) -> ShownText:
    """The text as signed where `on` is None, else as of that day with these `amendments`, beside the text as signed.

    With each article that stood there from the beginning: the commitments under it and where it was discussed.
    """
    articles = list(agreement.articles.all())
    for article in articles:
        article.agreement = agreement  # known already: the page asks each article for its space
    if on is None:
        shown = ShownText([_as_signed(article) for article in articles])
    else:
        shown = _as_of(articles, list(amendments), on)
    under, discussed = commitments_under(agreement, user), discussions_of(agreement, user)
    for one in shown.articles:
        if one.article is not None:
            one.commitments = under.get(one.article.pk, [])
            one.discussions = discussed.get(one.article.pk, [])
    return shown


def consolidation_of(articles: Iterable[Article], amendments: Iterable[Amendment], on: date) -> Consolidation:
    """The rows, handed to `coordination.consolidation`."""
    return consolidate(
        [Original(article.key, article.number, article.title, article.body) for article in articles],
        [_change(amendment) for amendment in amendments],
        on,
    )


def _change(amendment: Amendment) -> Change:
    return Change(
        key=amendment.key,
        source=amendment.agreement.key,
        deed=amendment.deed,
        article_number=amendment.article_number,
        takes_effect_on=amendment.takes_effect_on,
        number=amendment.number,
        title=amendment.title,
        body=amendment.body,
        signed_on=amendment.agreement.signed_on,
        reference=amendment.agreement.reference,
        position=amendment.sort_order or 0,
    )


def _as_signed(article: Article) -> ShownArticle:
    return ShownArticle(article.anchor, str(article), numbered(article.anchor, article.body), article)


def _as_of(articles: list[Article], amendments: list[Amendment], on: date) -> ShownText:
    text = consolidation_of(articles, amendments, on)
    rows, changes = {one.key: one for one in articles}, {one.key: one for one in amendments}
    return ShownText(
        [_shown(one, rows, changes) for one in text.articles],
        [changes[change.key] for change in text.without_place],
    )


def _shown(one: Consolidated, rows: dict[str, Article], amendments: dict[str, Amendment]) -> ShownArticle:
    article = rows[one.key] if one.original else None
    anchor = article.anchor if article else amendments[one.key].anchor
    before = one.original
    name = article_name(one.number, one.title)
    shown = ShownArticle(
        anchor=anchor,
        name=name,
        paragraphs=[] if one.is_deleted else numbered(anchor, one.body),
        article=article,
        amendments=[amendments[change.key] for change in one.changes],
        is_deleted=one.is_deleted,
    )
    if one.changes:
        shown.original_name = article_name(before.number, before.title) if before else ""
        shown.original = numbered(f"{anchor}-signed", before.body) if before else []
        shown.compared = (plain_text(before.body) if before else "", "" if one.is_deleted else plain_text(one.body))
    return shown


def numbered(anchor: str, body: str) -> list[NumberedParagraph]:
    """The paragraphs of a text, each with the fragment of its own address."""
    return [
        NumberedParagraph(f"{anchor}-{number}", number, block)
        for number, block in enumerate(paragraphs_of(body), start=1)
    ]


# --- texts in languages --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownLanguage:
    text: AgreementText
    # None where there is none, and where this reader may not open it.
    file: Any


def languages_of(agreement: Agreement, user: access.Reader) -> list[ShownLanguage]:
    """The languages of the agreement, each with its file where the reader may open it: a file may be narrower."""
    rows = agreement.texts.select_related("file__audience")
    return [ShownLanguage(row, access.if_readable(user, row.file)) for row in rows]


# --- other agreements ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Related:
    label: str
    agreements: list[Agreement]


FORWARD = {
    RelationKind.IMPLEMENTS: _in("this agreement", "Implements"),
    RelationKind.REPLACES: _in("this agreement", "Replaces"),
    RelationKind.CITES: _in("this agreement", "Cites"),
}
BACKWARD = {
    RelationKind.IMPLEMENTS: _in("this agreement", "Implemented by"),
    RelationKind.REPLACES: _in("this agreement", "Replaced by"),
    RelationKind.CITES: _in("this agreement", "Cited by"),
}


def relations_of(agreement: Agreement, user: access.Reader) -> list[Related]:
    """How `agreement` stands to others that `user` may read, in both directions. Four queries."""
    readable = Agreement.live_pages().readable_by(user).order_by("signed_on", "title")
    amended = readable.filter(pk=agreement.amends_id) if agreement.amends_id else readable.none()
    groups: dict[str, list[Agreement]] = {
        _("Amends"): list(amended),
        _("Amended by"): list(readable.filter(amends=agreement)),
    }
    others = {one.pk: one for one in readable.filter(_related_to(agreement))}
    for row in _relation_rows(agreement):
        is_forward = row.agreement_id == agreement.pk
        other = others.get(row.to_id if is_forward else row.agreement_id)
        if other is not None:
            label = str((FORWARD if is_forward else BACKWARD)[RelationKind(row.kind)])
            groups.setdefault(label, []).append(other)
    return [Related(label, list(dict.fromkeys(found))) for label, found in groups.items() if found]


def _relation_rows(agreement: Agreement) -> QuerySet[AgreementRelation]:
    return AgreementRelation.objects.filter(Q(agreement=agreement) | Q(to=agreement)).order_by("kind", "pk")


def _related_to(agreement: Agreement) -> Q:
    return Q(related_from__agreement=agreement) | Q(relations__to=agreement)


# --- its course ----------------------------------------------------------------------------------------------------
@dataclass
class Milestone:
    """A day in the life of an agreement. `kind` chooses the sign that it is drawn with."""

    on: date
    label: str
    kind: str
    detail: str = ""
    url: str = ""
    # The language of `label`, where it is a title.
    language: str = ""
    number: int = 0
    is_past: bool = True


def milestones_of(
    agreement: Agreement, amendments: Iterable[Amendment] = (), today: date | None = None
) -> list[Milestone]:
    """The days of `agreement` that are known, in their order, today among them."""
    today = today or timezone.localdate()
    days = [*_days_of(agreement), *_moves_of(agreement), *_amending_days(amendments), *_days_to_come(agreement, today)]
    if days:
        days.append(Milestone(today, _("Today"), "today"))
    days.sort(key=lambda day: (day.on, day.kind == "today"))
    for number, milestone in enumerate(days, start=1):
        milestone.number, milestone.is_past = number, milestone.on <= today
    return days


def _days_of(agreement: Agreement) -> list[Milestone]:
    days = [
        (agreement.signed_on, _("Signed"), "signed"),
        (agreement.in_force_from, _("In force from"), "force"),
    ]
    if agreement.next_warning() is None:
        days.append((agreement.in_force_until, _("In force until"), "end"))
    return [Milestone(on, label, kind) for on, label, kind in days if on]


def _moves_of(agreement: Agreement) -> list[Milestone]:
    """The changes of state but those that only repeat the day of signature or of entry into force."""
    told = {
        (AgreementState.SIGNED, agreement.signed_on),
        (AgreementState.IN_FORCE, agreement.in_force_from),
    }
    return [
        Milestone(move.on, move.get_state_after_display().capitalize(), "state", detail=move.reason)
        for move in agreement.moves.all()
        if (move.state_after, move.on) not in told
    ]


def _amending_days(amendments: Iterable[Amendment]) -> list[Milestone]:
    """One for each agreement and day on which its changes take effect."""
    ordered = sorted(amendments, key=lambda one: (one.takes_effect_on, one.agreement_id, one.sort_order or 0))
    days = []
    for (on, _key), group in groupby(ordered, key=lambda one: (one.takes_effect_on, one.agreement_id)):
        rows = list(group)
        by = rows[0].agreement
        count = ngettext("%(count)d change", "%(count)d changes", len(rows)) % {"count": len(rows)}
        days.append(
            Milestone(
                on, by.title, "amended", detail=_("Amended: %(changes)s") % {"changes": count},
                url=by.get_absolute_url(), language=by.language,
            )
        )  # fmt: skip
    return days


def _days_to_come(agreement: Agreement, today: date) -> list[Milestone]:
    warning = agreement.next_warning(today)
    if warning is None:
        return []
    end = _("Renewed, unless notice is given") if warning.renews else _("In force until")
    days = [Milestone(warning.ends_on, end, "end")]
    if warning.notice_by:
        days.append(Milestone(warning.notice_by, _("Last day to give notice"), "notice"))
    return days


# --- the course, drawn ---------------------------------------------------------------------------------------------
# The drawing's own measure, and the room that a sign needs for itself.
WIDTH, MARGIN, SIGN = 1000, 24, 26


@dataclass(frozen=True)
class Mark:
    milestone: Milestone
    x: int
    # Which line it stands on, from the axis upwards: signs of days close to each other stand above one another.
    line: int

    @property
    def y(self) -> int:
        return 62 - self.line * SIGN

    @property
    def points(self) -> str:
        """The corners of its sign, a lozenge or a triangle."""
        x, y = self.x, self.y
        if self.milestone.kind == "amended":
            return f"{x},{y - 12} {x + 12},{y} {x},{y + 12} {x - 12},{y}"
        return f"{x - 12},{y + 10} {x + 12},{y + 10} {x},{y - 12}"


@dataclass(frozen=True)
class Course:
    """The milestones along an axis from the first to the last of them, by the calendar."""

    marks: list[Mark]
    today_x: int
    start_x: int
    end_x: int
    height: int
    top: int


def drawn(milestones: list[Milestone], *, from_right: bool = False) -> Course | None:
    """Where each milestone stands in the drawing; None where there is no span to draw. `from_right`: for Urdu."""
    if len({milestone.on for milestone in milestones}) < 2:
        return None
    first, last = milestones[0].on, milestones[-1].on
    span = (last - first).days

    def place(on: date) -> int:
        x = MARGIN + round((WIDTH - 2 * MARGIN) * (on - first).days / span)
        return WIDTH - x if from_right else x

    marks: list[Mark] = []
    for milestone in milestones:
        if milestone.kind != "today":
            x, line = place(milestone.on), 0
            while any(mark.line == line and abs(mark.x - x) < SIGN for mark in marks):
                line += 1
            marks.append(Mark(milestone, x, line))
    [today] = [milestone.on for milestone in milestones if milestone.kind == "today"]
    top = min(mark.y for mark in marks) - 18
    return Course(marks, place(today), place(first), place(last), 110 - top, top)


# --- whom to warn, and of what -------------------------------------------------------------------------------------
def ending_soon(agreements: Any, today: date | None = None) -> list[Agreement]:
    """Of `agreements` (a queryset) those whose warning is due today: reminders and lists ask here."""
    today = today or timezone.localdate()
    running = agreements.filter(state__in=RUNNING_STATES, in_force_until__isnull=False)
    due = [(agreement, agreement.next_warning(today)) for agreement in running]
    return [agreement for agreement, warning in due if warning is not None and warning.is_due(today)]
