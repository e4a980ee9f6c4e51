"""“What can this person see?”, for administrators, for chairs, and for whoever it is (docs/decisions/0028)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access, selectors
from coordination.models import Person


@login_required
@require_safe
def person_rights(request, key):
    """Spaces, roles, offices and numbers; no title of what whoever asks may not read."""
    people = Person.objects.filter(merged_into=None, user__isnull=False).select_related("user__organisation__country")
    person = people.filter(key=key).first()
    if person is None or not selectors.may_see_rights_of(request.user, person):
        raise Http404
    context = {
        "person": person,
        "rights": selectors.rights_of(person, request.user),
        "is_in_office": access.can_in_office(request.user, "see_rights"),
        "is_own": person.user_id == request.user.pk,
        "knows": access.knows(request.user, person),
    }
    return render(request, "coordination/person_rights.html", context)
