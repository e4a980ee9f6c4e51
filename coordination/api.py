"""The interface for programs (API): what every package's part of it has in common, and coordination's own part.

Everything is asked for in the name of the token's owner and by the access rule, narrowed by the token's scope
(access.within): what its reader may not see is answered as what is not there. docs/api.md is for those who call it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from coordination import access, selectors, services
from coordination.models import (
    Action,
    ActionState,
    Agreement,
    AgreementState,
    Commitment,
    CommitmentState,
    Organisation,
    Priority,
    Space,
)

MOST_ROWS, FURTHEST_ROW = 100, 10_000


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("A text holds no NUL.")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Key = Annotated[str, StringConstraints(max_length=40), AfterValidator(_without_nul)]


# --- in common -----------------------------------------------------------------------------------------------------
class Problem(Schema):
    """Why a request was refused; `errors` holds sentences by the name of the field that each is about."""

    detail: str
    errors: dict[str, list[str]] = {}


# What any request may be answered besides; and what one may be that sends something.
REFUSALS = {401: Problem, 404: Problem, 422: Problem, 429: Problem}
REFUSALS_OF_DEEDS = {**REFUSALS, 400: Problem, 403: Problem}


class Part(Schema):
    """Which part of a long list is wanted."""

    limit: int = Field(50, ge=1, le=MOST_ROWS)
    offset: int = Field(0, ge=0, le=FURTHEST_ROW)


def part_of(rows: QuerySet, part: Part) -> tuple[list[Any], int | None]:
    """That part of `rows`, and where the next one begins; one row more than wanted tells whether there is one."""
    found = list(rows[part.offset : part.offset + part.limit + 1])
    after = part.offset + part.limit
    return found[: part.limit], after if len(found) > part.limit and after <= FURTHEST_ROW else None


def listed(request: HttpRequest, rows: Any, part: Part, make: Callable[[Any, dict[int, Space]], Any]) -> dict[str, Any]:
    """The answer of a list: that part of `rows`, each as `make` tells of it to those who may know of its space."""
    found, after = part_of(rows, part)
    known = selectors.known_spaces(request.user, found)
    return {"items": [make(one, known) for one in found], "next_offset": after}


def address(obj: Any) -> str:
    return settings.BASE_URL + obj.get_absolute_url()


def named(choice: Any) -> str | None:
    """The value of a choice of ours; None where nothing is chosen."""
    return str(choice) if choice else None


class OrganisationOut(Schema):
    acronym: str
    name: str
    country: str | None = Field(None, description="ISO 3166-1 code")


class SpaceOut(Schema):
    key: str
    title: str
    kind: str
    description: str
    marking: str
    role: str | None = Field(None, description="the role of the token's owner; null where no member")
    url: str


class Mentioned(Schema):
    """Something that may be opened by its address."""

    kind: str
    title: str
    url: str


def organisation(one: Organisation | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"acronym": one.acronym, "name": str(one.name), "country": one.country_id}


def mentioned(reader: access.Reader, obj: Any) -> dict[str, Any] | None:
    """What something came from, where the reader may know of it."""
    found = access.if_readable(reader, obj)
    if found is None or not hasattr(found, "get_absolute_url"):
        return None
    return {"kind": found._meta.model_name, "title": str(found), "url": address(found)}


def common(obj: Any, spaces: dict[int, Space]) -> dict[str, Any]:
    """What every piece of content says of itself. Its space is named to those who may know of that."""
    space = spaces.get(obj.space_id)
    return {
        "key": obj.key,
        "marking": obj.audience.marking,
        "space": space.key if space else None,
        "url": address(obj),
    }


class Content(Schema):
    key: str
    marking: str = Field(description="Traffic Light Protocol 2.0")
    space: str | None = Field(None, description="the key of its space, where the reader may know of that")
    url: str


def space_of(request: HttpRequest, key: str) -> Space:
    return access.open_readable(request, Space.objects.live().select_related("audience"), key=key)


def in_space(request: HttpRequest, rows: Any, key: str | None) -> Any:
    return rows.filter(space=space_of(request, key)) if key else rows


# --- who asks ------------------------------------------------------------------------------------------------------
router = Router(tags=["coordination"])


class MeOut(Schema):
    name: str
    organisation: OrganisationOut | None
    language: str
    time_zone: str
    token: str
    verbs: list[str]
    expires_on: date


@router.get("/me", response={200: MeOut, **REFUSALS}, summary="Who asks, and what the token is for")
def me(request):
    user, token = request.user, request.api_token
    return {
        "name": user.name,
        "organisation": organisation(user.organisation),
        "language": user.language,
        "time_zone": user.time_zone,
        "token": token.name,
        "verbs": ["read", *token.verbs],
        "expires_on": token.expires_on,
    }


# --- spaces --------------------------------------------------------------------------------------------------------
class SpacesOut(Schema):
    items: list[SpaceOut]
    next_offset: int | None


class MemberOut(Schema):
    organisation: OrganisationOut | None
    name: str | None = Field(None, description="of a single user")
    role: str


def _space(space: Space, reader: Any) -> dict[str, Any]:
    return {
        "key": space.key,
        "title": space.title,
        "kind": space.kind,
        "description": space.description,
        "marking": space.audience.marking,
        "role": access.role_in(reader, space.pk),
        "url": address(space),
    }


@router.get("/spaces", response={200: SpacesOut, **REFUSALS}, summary="The spaces that the reader may know of")
def spaces(request, part: Query[Part]):
    rows = Space.objects.live().readable_by(request.user).select_related("audience").order_by("title", "pk")
    found, after = part_of(rows, part)
    return {"items": [_space(space, request.user) for space in found], "next_offset": after}


@router.get("/spaces/{key}", response={200: SpaceOut, **REFUSALS}, summary="One space")
def space(request, key: str):
    return _space(space_of(request, key), request.user)


@router.get("/spaces/{key}/members", response={200: list[MemberOut], **REFUSALS}, summary="Who takes part in a space")
def members(request, key: str):
    """For its members alone, as on its page."""
    found = space_of(request, key)
    if access.role_in(request.user, found.pk) is None:
        raise Http404
    return [_member(held) for held in access.members_of(found)]


def _member(held: access.Membership) -> dict[str, Any]:
    if isinstance(held.member, Organisation):
        return {"organisation": organisation(held.member), "name": None, "role": held.role}
    return {"organisation": organisation(held.member.organisation), "name": held.member.name, "role": held.role}


# --- agreements ----------------------------------------------------------------------------------------------------
class AgreementOut(Content):
    title: str
    reference: str
    short_reference: str
    kind: str
    state: str
    signed_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    language: str


class ArticleOut(Schema):
    key: str
    number: str
    title: str
    html: str
    url: str


class WholeAgreementOut(AgreementOut):
    summary_html: str
    parties: list[OrganisationOut]
    articles: list[ArticleOut]


class AgreementsOut(Schema):
    items: list[AgreementOut]
    next_offset: int | None


class AgreementsAsked(Part):
    space: Key | None = None
    state: AgreementState | None = None


def _agreement(one: Agreement, known: dict[int, Space]) -> dict[str, Any]:
    names = ("title", "reference", "short_reference", "kind", "state", "signed_on", "in_force_from", "in_force_until")
    return {**common(one, known), **{name: getattr(one, name) for name in names}, "language": one.language}


@router.get("/agreements", response={200: AgreementsOut, **REFUSALS}, summary="Agreements")
def agreements(request, asked: Query[AgreementsAsked]):
    rows = Agreement.live_pages().readable_by(request.user).select_related("audience").order_by("-signed_on", "pk")
    rows = in_space(request, rows, asked.space)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return listed(request, rows, asked, _agreement)


@router.get("/agreements/{key}", response={200: WholeAgreementOut, **REFUSALS}, summary="One agreement, with its text")
def agreement(request, key: str):
    rows = Agreement.live_pages().select_related("audience").prefetch_related("parties__organisation", "articles")
    one = access.open_readable(request, rows, key=key)
    return {
        **_agreement(one, selectors.known_spaces(request.user, [one])),
        "summary_html": one.summary,
        "parties": [organisation(party.organisation) for party in one.parties.all()],
        "articles": [
            {"key": each.key, "number": each.number, "title": each.title, "html": each.body, "url": address(each)}
            for each in one.articles.all()
        ],
    }


# --- commitments ---------------------------------------------------------------------------------------------------
class CommitmentOut(Content):
    reference: str
    title: str
    state: str
    confidence: str | None
    party: OrganisationOut
    owed_to: OrganisationOut | None
    indicator: str
    baseline: float | None
    target: float | None
    unit: str
    due_on: date | None
    updated_at: datetime
    language: str


class ReportOut(Schema):
    value: float | None
    text: str
    state: str
    verdict: str
    at: datetime


class WholeCommitmentOut(CommitmentOut):
    text: str
    article: Mentioned | None
    reports: list[ReportOut]


class CommitmentsOut(Schema):
    items: list[CommitmentOut]
    next_offset: int | None


class DueAsked(Part):
    space: Key | None = None
    due_until: date | None = None
    updated_since: datetime | None = None


class CommitmentsAsked(DueAsked):
    state: CommitmentState | None = None


def _commitment(one: Commitment, known: dict[int, Space]) -> dict[str, Any]:
    names = ("title", "state", "indicator", "baseline", "target", "unit", "due_on", "updated_at", "language")
    return {
        **common(one, known),
        **{name: getattr(one, name) for name in names},
        "reference": one.short_reference,
        "confidence": named(one.confidence),
        "party": organisation(one.party),
        "owed_to": organisation(one.owed_to),
    }


@router.get("/commitments", response={200: CommitmentsOut, **REFUSALS}, summary="Commitments")
def commitments(request, asked: Query[CommitmentsAsked]):
    rows = Commitment.objects.readable_by(request.user).select_related("audience", "party", "owed_to")
    return listed(request, _narrowed(request, rows, asked), asked, _commitment)


def _narrowed(request: HttpRequest, rows: Any, asked: Any) -> Any:
    rows = in_space(request, rows, asked.space)
    wanted: dict[str, Any] = {
        "state": asked.state,
        "due_on__lte": asked.due_until,
        "updated_at__gte": asked.updated_since,
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


@router.get("/commitments/{key}", response={200: WholeCommitmentOut, **REFUSALS}, summary="One commitment")
def commitment(request, key: str):
    rows = Commitment.objects.select_related("audience", "party", "owed_to", "article__agreement__audience")
    one = access.open_readable(request, rows, key=key)
    return {
        **_commitment(one, selectors.known_spaces(request.user, [one])),
        "text": one.text,
        "article": mentioned(request.user, one.article),
        "reports": [_report(report) for report in one.reports.all()],
    }


def _report(report: Any) -> dict[str, Any]:
    return {
        "value": report.value,
        "text": report.text,
        "state": report.state_after,
        "verdict": report.verdict,
        "at": report.created_at,
    }


# --- actions -------------------------------------------------------------------------------------------------------
class ActionOut(Content):
    reference: str
    title: str
    state: str
    priority: int = Field(description="from 1, low, to 4, urgent")
    owner: OrganisationOut
    owner_person: str | None
    starts_on: date | None
    due_on: date | None
    updated_at: datetime
    version: int
    language: str


class StepOut(Schema):
    text: str
    is_done: bool


class UpdateOut(Schema):
    text: str
    state: str
    author: str
    at: datetime


class WholeActionOut(ActionOut):
    description: str
    source: Mentioned | None
    steps: list[StepOut]
    updates: list[UpdateOut]


class ActionsOut(Schema):
    items: list[ActionOut]
    next_offset: int | None


class ActionsAsked(DueAsked):
    state: ActionState | None = None


class NewAction(Schema):
    title: Text = Field(max_length=255)
    owner: Text = Field(
        description="the acronym of an organisation that takes part in the space, with its country where several have"
        " the same: MoI (PK)"
    )
    description: Text = Field("", max_length=5000)
    due_on: date | None = None
    starts_on: date | None = None
    priority: Priority = Priority.NORMAL
    submission: UUID | None = Field(None, description="your own key: the same one sent again makes no second action")


class NewReport(Schema):
    text: Text = Field("", max_length=10_000)
    state: ActionState | None = None
    waiting_reason: Text = Field("", max_length=1000)
    waiting_for: Text = Field("", max_length=255)
    submission: UUID | None = Field(None, description="your own key: the same one sent again is no second report")


def _action(one: Action, known: dict[int, Space]) -> dict[str, Any]:
    names = ("title", "state", "priority", "starts_on", "due_on", "updated_at", "version", "language")
    return {
        **common(one, known),
        **{name: getattr(one, name) for name in names},
        "reference": one.short_reference,
        "owner": organisation(one.owner),
        "owner_person": one.owner_person.name if one.owner_person else None,
    }


@router.get("/actions", response={200: ActionsOut, **REFUSALS}, summary="Actions")
def actions(request, asked: Query[ActionsAsked]):
    rows = access.readable_at_once(Action.objects.all().for_rows(), request.user)
    return listed(request, _narrowed(request, rows, asked), asked, _action)


@router.get("/actions/{key}", response={200: WholeActionOut, **REFUSALS}, summary="One action")
def action(request, key: str):
    return _whole_action(request, access.open_readable(request, Action.objects.all().for_rows(), key=key))


def _whole_action(request: HttpRequest, one: Action) -> dict[str, Any]:
    return {
        **_action(one, selectors.known_spaces(request.user, [one])),
        "description": one.description,
        "source": mentioned(request.user, one.source),
        "steps": [{"text": step.text, "is_done": step.is_done} for step in one.checklist.all()],
        "updates": [
            {"text": each.text, "state": each.state_after, "author": each.author.name, "at": each.created_at}
            for each in one.updates.select_related("author")
        ],
    }


@router.post(
    "/spaces/{key}/actions",
    response={201: WholeActionOut, **REFUSALS_OF_DEEDS},
    summary="Write down an action (verb: contribute)",
)
def create_action(request, key: str, new: NewAction):
    found = space_of(request, key)
    owner = _taking_part(found, new.owner)
    fields = new.dict(exclude={"owner"})
    made = services.create_action(request.user, found, owner=owner, language=request.user.language, **fields)
    return Status(201, _whole_action(request, made))


def _taking_part(space: Space, acronym: str) -> Organisation:
    there = selectors.organisations_in(space)
    found = [one for one in there if acronym in (one.acronym, str(one))]
    if not found:
        raise ValidationError({"owner": f"No organisation of this acronym takes part in the space: {acronym[:40]}"})
    found = selectors.written_so(found, acronym)
    if len(found) > 1:
        raise ValidationError({"owner": f"Several are called so: write one of {', '.join(map(str, found))}"})
    return found[0]


@router.post(
    "/actions/{key}/reports",
    response={201: WholeActionOut, **REFUSALS_OF_DEEDS},
    summary="Report on an action, or move it (verb: report)",
)
def report_on_action(request, key: str, new: NewReport):
    found = access.open_readable(request, Action.objects.all().for_rows(), key=key)
    services.report_on_action(
        request.user,
        found,
        text=new.text,
        state=new.state,
        waiting_reason=new.waiting_reason,
        waiting_for_text=new.waiting_for,
        submission=new.submission,
    )
    return Status(201, _whole_action(request, Action.objects.for_rows().get(pk=found.pk)))
