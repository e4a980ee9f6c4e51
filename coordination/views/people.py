"""The directory of people: whom the reader may know of, and what of them (docs/decisions/0016)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, people_met, selectors, services
from coordination.forms import EditPersonForm, MergeForm, NewPersonForm, PeopleFilters
from coordination.models import Organisation, Person
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted

MEETINGS_SHOWN = 20
ROWS_OF_A_PREVIEW = 10


@login_required
@require_safe
def person_list(request):
    filters = PeopleFilters(request.GET)
    filters.is_valid()
    rows = selectors.narrowed_people(selectors.people_known_to(request.user), filters.chosen, request.user)
    context = {
        "filters": filters,
        "page": page_of(request, rows),
        "keeps_people": access.can_in_office(request.user, "keep_people"),
        "may_add": _may_add(request.user),
    }
    return render(request, "coordination/person_list.html", context)


def _may_add(user):
    return access.can_in_office(user, "keep_people") or Organisation.objects.filter(focal_point=user).exists()


@login_required
@require_safe
def person_detail(request, key):
    person = _open(request, key)
    encounters = people_met.encounters_of(person, request.user)
    context = {
        "person": person,
        "posts": selectors.posts_with_neighbours(person, request.user),
        "organisation": _organisation_shown(person, request.user),
        "shows_contact": access.may_see_contact_details(request.user, person),
        "may_edit": access.may_keep_person(request.user, person),
        "meetings": encounters.met[:MEETINGS_SHOWN],
        "acquaintances": encounters.acquaintances,
        "actions": selectors.actions_of_person(person, request.user)[:ROWS_OF_A_PREVIEW],
        "may_see_rights": selectors.may_see_rights_of(request.user, person),
    }
    return render(request, "coordination/person_detail.html", context)


def _organisation_shown(person, user):
    """The organisation of the account: named to those who may name the account."""
    account = person.user
    if account is None or account.organisation is None or not access.may_see_contact_details(user, person):
        return None
    return account.organisation


@login_required
@require_safe
def person_photo(request, key):
    """The photo, for whoever may know of the person; it has no other address."""
    person = _open(request, key)
    if not person.photo:
        raise Http404
    try:
        content = person.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request):
    if not _may_add(request.user):
        raise Http404
    form = NewPersonForm(posted(request), request.FILES or None, actor=request.user)
    made = []
    if attempt(form, lambda: made.append(services.add_person(request.user, **form.cleaned_data))):
        messages.success(request, _("%(name)s stands in the directory.") % {"name": made[0]})
        return redirect(made[0])
    return render(request, "coordination/person_new.html", {"form": form, "namesakes": form.namesakes})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request, key):
    person = _open(request, key)
    if not access.may_keep_person(request.user, person):
        raise Http404
    form = EditPersonForm(posted(request), request.FILES or None, person=person)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_person(request.user, person, **form.cleaned_data),
        lambda: Person.objects.get(pk=person.pk).version,
    ):
        messages.success(request, _("The entry is changed."))
        return redirect(person)
    present = Person.objects.get(pk=person.pk) if form.is_stale else None
    return render(request, "coordination/person_edit.html", {"person": person, "form": form, "present": present})


def _open(request, key):
    return access.open_known(request, Person.objects.select_related("user__organisation__country"), key=key)


# --- one or two ----------------------------------------------------------------------------------------------------
@login_required
@require_safe
def people_duplicates(request):
    """Who may be one person: the secretariat's to say."""
    _require_keeper(request)
    pairs = selectors.pairs_that_may_be_one(request.user)
    return render(request, "coordination/people_duplicates.html", {"page": page_of(request, pairs, per_page=25)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people_merge(request, key, other):
    """What would become of the two, and the deed. The first stays; the two may be exchanged."""
    kept, gone = _both(request, key, other)
    form = MergeForm(posted(request), seen=services.seen_of(kept, gone))
    if request.method == "POST" and attempt(form, lambda: _merge(request.user, kept, gone, form)):
        messages.success(request, _("They are one now: %(name)s.") % {"name": kept})
        return redirect(kept)
    context = {
        "form": form,
        "kept": _entry(kept, request.user),
        "gone": _entry(gone, request.user),
    }
    return render(request, "coordination/people_merge.html", context)


def _merge(user, kept, gone, form):
    try:
        services.merge_people(user, kept, gone, **form.cleaned_data)
    except services.StaleVersion:
        form.catch_up(services.seen_of(Person.objects.get(pk=kept.pk), Person.objects.get(pk=gone.pk)))
        raise


def _entry(person, user):
    """One of the two, with what would come along as far as the reader may read it."""
    actions = selectors.actions_of_person(person, user)
    encounters = people_met.encounters_of(person, user)
    return {
        "person": person,
        "posts": selectors.posts_of(person, user),
        "meetings": encounters.met[:ROWS_OF_A_PREVIEW],
        "meeting_number": len(encounters.met),
        "actions": actions[:ROWS_OF_A_PREVIEW],
        "action_number": actions.count(),
        "shows_contact": access.may_see_contact_details(user, person),
    }


@login_required
@require_POST
def people_apart(request, key, other):
    """These two are two: they are proposed no more."""
    one, two = _both(request, key, other)
    services.tell_apart(request.user, one, two)
    messages.success(request, _("%(one)s and %(other)s are noted as two.") % {"one": one, "other": two})
    return redirect("people_duplicates")


def _both(request, key, other):
    _require_keeper(request)
    if key == other:
        raise Http404
    return _open(request, key), _open(request, other)


def _require_keeper(request):
    if not access.can_in_office(request.user, "keep_people"):
        raise Http404
