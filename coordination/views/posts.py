"""Posts: who held one when, who holds it now, and the change of its holder."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, selectors, services
from coordination.forms import ChangeHolderForm, EditPostForm, NewPostForm
from coordination.models import Post
from coordination.views.shared import attempt, attempt_on_latest, posted


@login_required
@require_safe
def post_detail(request, key):
    rows = _open(request, key)
    post = rows[0]
    context = {
        "post": post,
        "rows": rows,
        "is_vacant": post.person is None or post.is_past,
        "may_change": access.may_keep_posts_of(request.user, post.organisation),
    }
    return render(request, "coordination/post_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_new(request, pk):
    organisation = get_object_or_404(selectors.directory(), pk=pk)
    if not access.may_keep_posts_of(request.user, organisation):
        raise Http404
    form = NewPostForm(posted(request), organisation=organisation, actor=request.user)
    made = []
    if attempt(
        form,
        lambda: made.append(services.add_post(request.user, organisation=organisation, **form.cleaned_data)),
    ):
        messages.success(request, _("The post stands in the directory."))
        return redirect(made[0])
    return render(request, "coordination/post_new.html", {"organisation": organisation, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request, key, pk):
    """Correct what stands of one holder's time."""
    post = next((row for row in _open_to_change(request, key) if row.pk == pk), None)
    if post is None:
        raise Http404
    form = EditPostForm(posted(request), post=post, actor=request.user)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_post(request.user, post, **form.cleaned_data),
        lambda: Post.objects.get(pk=post.pk).version,
    ):
        messages.success(request, _("The post is changed."))
        return redirect(post)
    present = Post.objects.get(pk=post.pk) if form.is_stale else None
    return render(request, "coordination/post_edit.html", {"post": post, "form": form, "present": present})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_change(request, key):
    """End one holder's time and begin another's; one question asks what goes along."""
    post = _open_to_change(request, key)[0]
    leaves = post.person
    going = selectors.to_pass_on(request.user, leaves) if leaves else selectors.ToPassOn()
    form = ChangeHolderForm(posted(request), post=post, actor=request.user, asks=bool(going))
    done = []
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: done.append(services.change_holder(request.user, post, **form.cleaned_data)),
        lambda: Post.objects.get(pk=post.pk).version,
    ):
        _say(request, done[0])
        return redirect(post)
    form.show(going.seen)
    return render(
        request, "coordination/post_change.html", {"post": post, "leaves": leaves, "going": going, "form": form}
    )


def _say(request, passed):
    holder = passed.post.person
    if holder is None:
        messages.success(request, _("The post is vacant from that day on."))
    else:
        messages.success(request, _("%(name)s holds the post from that day on.") % {"name": holder})
    if number := passed.number:
        told = ngettext("%(number)d thing went to the successor.", "%(number)d things went to the successor.", number)
        messages.success(request, told % {"number": number})
    if passed.kept:
        titles = ", ".join(f"“{title}”" for title in passed.kept)
        messages.warning(request, _("These stay, since the successor could not take them: %s.") % titles)


def _open(request, key):
    rows = selectors.succession(key, request.user)
    if not rows:
        raise Http404
    return rows


def _open_to_change(request, key):
    rows = _open(request, key)
    if not access.may_keep_posts_of(request.user, rows[0].organisation):
        raise Http404
    return rows
