"""Spaces: their list, one of them as the home of those who work there, its members, and its making."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from coordination import access, selectors, services, space_sections
from coordination.forms import EditSpaceForm, GrantForm, NewSpaceForm, RoleForm
from coordination.models import Organisation, Person, Space
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted, require_or_404


@require_safe
def space_list(request):
    """The spaces that the reader may know of."""
    context = {
        "page": page_of(request, selectors.spaces_readable_by(request.user)),
        "member_of": access.memberships(request.user).keys(),
        "may_create": access.can_in_office(request.user, "create_space"),
    }
    return render(request, "coordination/space_list.html", context)


@require_safe
def space_detail(request, key):
    space = _open(request, key)
    context = {
        "space": space,
        "topics": space.topics.all(),
        "role": access.role_in(request.user, space.pk),
        "manages": access.can(request.user, "manage", space),
        "may_take_along": access.can(request.user, "take_along", space),
        "sections": list(space_sections.sections_of(space, request.user)),
    }
    return render(request, "coordination/space_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_new(request):
    """Make a space with its first chair: the secretariat's."""
    if not access.can_in_office(request.user, "create_space"):
        raise Http404
    form = NewSpaceForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: _create(request.user, form.cleaned_data)):
        # Whoever makes a space does not come to read it by that.
        messages.success(request, _("The space is made. Its chair admits the members."))
        return redirect("space_list")
    return render(request, "coordination/space_new.html", {"form": form})


def _create(actor: User, fields: dict) -> Space:
    names = ("title", "kind", "country", "topics", "description", "submission")
    return services.create_space(actor, chair=fields["member"], **{name: fields[name] for name in names})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_edit(request, key):
    """Change what a space says of itself: its chair's."""
    space = _open(request, key)
    require_or_404(request, "manage", space)
    initial = {
        **{name: getattr(space, name) for name in ("title", "kind", "country", "description")},
        "topics": space.topics.all(),
        "version": services.space_version(space),
    }
    form = EditSpaceForm(posted(request), initial=initial)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_space(request.user, space, **form.cleaned_data),
        lambda: services.space_version(Space.objects.get(pk=space.pk)),
    ):
        messages.success(request, _("The space is changed."))
        return redirect(space)
    space = Space.objects.select_related("audience").get(pk=space.pk)
    context = {
        "object": space,
        "space": space,
        "form": form,
        "title": _("Change the space"),
        "present": selectors.present_values(space, form) if form.is_stale else None,
    }
    return render(request, "coordination/edit.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_members(request, key):
    """Who takes part, for those who take part; and the form that admits a member, for a chair."""
    space = _open(request, key)
    if access.role_in(request.user, space.pk) is None:
        raise Http404
    manages = access.can(request.user, "manage", space)
    if request.method == "POST" and not manages:
        raise Http404
    form = GrantForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: _admit(request.user, space, form)):
        messages.success(request, _("The member is admitted."))
        return redirect("space_members", key=key)
    context = {
        "space": space,
        "members": access.members_of(space),
        "form": form if manages else None,
        "manages": manages,
    }
    return render(request, "coordination/space_members.html", context)


def _admit(actor: User, space: Space, form: GrantForm) -> None:
    services.grant_membership(actor, space, form.cleaned_data["member"], form.cleaned_data["role"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_member(request, key, kind, pk):
    """One membership, for a chair: another role, or its end. The page itself is the question before the deed."""
    space = _open(request, key)
    require_or_404(request, "manage", space)
    model = {"organisation": Organisation, "user": User}.get(kind)
    held = next(
        (one for one in access.members_of(space) if isinstance(one.member, model or ()) and one.member.pk == pk), None
    )
    revokes = "revoke" in request.POST
    if held is None and model is not None and revokes:  # sent twice
        return redirect("space_members", key=key)
    if held is None:
        raise Http404
    # The end of a membership takes no fields; what was chosen as a role is then not looked at.
    data = {"role": held.role} if revokes else request.POST
    form = RoleForm(data if request.method == "POST" else None, initial={"role": held.role})
    if request.method == "POST":

        def deed() -> None:
            if revokes:
                services.revoke_membership(request.user, space, held.member)
            else:
                services.grant_membership(request.user, space, held.member, form.cleaned_data["role"])

        if attempt(form, deed):
            messages.success(request, _("The membership has ended.") if revokes else _("The role is changed."))
            still_member = access.role_in(request.user, space.pk) is not None
            return redirect("space_members", key=key) if still_member else redirect("space_list")
    person = Person.objects.filter(user=pk).first() if model is User else None
    context = {"space": space, "held": held, "form": form, "person": person}
    return render(request, "coordination/space_member.html", context)


def _open(request, key) -> Space:
    return access.open_readable(request, Space.objects.live().select_related("audience", "country"), key=key)
