"""What every page of coordination does alike: a form's deed with its refusals, and long lists in pages."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from coordination import access, services
from coordination.forms import DeedForm, LatestForm, ReportForm

ROWS_ON_A_PAGE = 50


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: what was sent, even where that is nothing; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def attempt(form: DeedForm, deed: Callable[[], Any]) -> bool:
    """Do `deed` if the form is valid. False where it was refused: the form then says beside its fields why.

    A right that ended while the form was open is a 404, as for everyone who never had it; so is what was deleted.
    """
    if not form.is_valid():
        return False
    try:
        deed()
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    except (PermissionDenied, ObjectDoesNotExist) as refusal:
        raise Http404 from refusal
    return True


def attempt_on_latest(form: LatestForm | ReportForm, deed: Callable[[], Any], present: Callable[[], Any]) -> bool:
    """The same for a form that changes something. Was it older than the object, the next sending is not.

    `present` asks for what the form should have seen: the version of the object, or its state.
    """

    def deed_or_catch_up() -> None:
        try:
            deed()
        except services.StaleVersion:
            form.catch_up(present())
            raise

    return attempt(form, deed_or_catch_up)


def require_or_404(request: HttpRequest, verb: str, obj: Any) -> None:
    """A page for those who may do `verb`; for all others it is not there."""
    if not access.can(request.user, verb, obj):
        raise Http404


def page_of(request: HttpRequest, rows: QuerySet | list, per_page: int = ROWS_ON_A_PAGE) -> Page:
    """The page of `rows` that the address asks for; the nearest one for a number that is none."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
