"""After a visit: what came of it, what is to be done, and letters of thanks."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination import selectors as coordination
from coordination import services as coordination_services
from coordination.forms import ManyActionsForm
from coordination.models import Space
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404
from meetings import letters, services
from meetings.forms import EditTemplateForm, LetterForm, NewTemplateForm, OutcomeForm, WriteLettersForm
from meetings.models import Letter, LetterTemplate, Visit
from meetings.papers.docx import as_docx
from meetings.papers.layout import Paper
from meetings.papers.pdf import as_pdf
from meetings.selectors.visits import itinerary_of, met_openly, outcome_of
from meetings.services.letters import addressed
from meetings.views.visits import open_visit, prepared_visit, render_below, render_edit, render_visit

# How a paper is made, and what it is for browsers.
FORMS = {
    "pdf": (as_pdf, "application/pdf"),
    "docx": (as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


# --- the outcome ---------------------------------------------------------------------------------------------------
@require_safe
def visit_outcome(request, key):
    """What came of a visit: in the words of those who prepared it, and what the records say."""
    visit = open_visit(request, key)
    outcome = outcome_of(visit, request.user)
    may_contribute = access.can(request.user, "contribute", visit)
    return render_visit(
        request, "meetings/visit_outcome.html", visit, "visit_outcome", outcome=outcome, may_contribute=may_contribute
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visit_outcome_edit(request, key):
    """Write what came of it."""
    visit = prepared_visit(request, key)
    form = OutcomeForm(posted(request), visit=visit)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.write_outcome(request.user, visit, **form.cleaned_data),
        lambda: Visit.objects.values_list("version", flat=True).get(pk=visit.pk),
    ):
        messages.success(request, _("The outcome is written."))
        return redirect("visit_outcome", key=key)
    return render_edit(request, Visit.live_pages().get(pk=visit.pk), form, _("Write the outcome"))


@require_safe
def visit_outcome_paper(request, key, form):
    """The outcome as PDF or DOCX, of what this reader may read."""
    from meetings.visit_papers import outcome_paper

    visit = open_visit(request, key)
    itinerary, outcome = itinerary_of(visit, request.user), outcome_of(visit, request.user)
    paper = outcome_paper(visit, itinerary, outcome, request.LANGUAGE_CODE)
    return _as_file(paper, form, f"outcome-{visit.key}")


@require_http_methods(["GET", "HEAD", "POST"])
def visit_follow_up(request, key):
    """Assign what is to be done after a visit, one action on each line."""
    visit = open_visit(request, key)
    require_or_404(request, "contribute", visit)
    form = ManyActionsForm(posted(request), space=visit.space)
    made = []
    if request.method == "POST" and attempt(
        form,
        lambda: made.extend(
            coordination_services.create_actions(request.user, visit.space, source=visit, **form.cleaned_data)
        ),
    ):
        told = ngettext("%d action is assigned.", "%d actions are assigned.", len(made)) % len(made)
        messages.success(request, told)
        return redirect("visit_outcome", key=key)
    organisations = coordination.organisations_in(visit.space)
    return render_below(request, "meetings/visit_follow_up.html", visit, form=form, organisations=organisations)


# --- letters -------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def letter_list(request, key):
    """The letters of thanks after a visit, with a form to write more."""
    visit = prepared_visit(request, key)
    written = list(visit.letters.select_related("organisation", "post__organisation", "post__person", "person"))
    have_one = {addressed(letter) for letter in written}
    met = met_openly(itinerary_of(visit, request.user))
    to_thank = [one for one in met if one.identity not in have_one]
    form = WriteLettersForm(posted(request), visit=visit, counterparts=to_thank)
    made = []
    if request.method == "POST" and attempt(form, lambda: made.extend(_write(request.user, visit, form))):
        told = ngettext("%d letter is written.", "%d letters are written.", len(made)) % len(made)
        messages.success(request, told)
        return redirect("letter_list", key=key)
    return render_visit(
        request, "meetings/letter_list.html", visit, "letter_list", letters=written, form=form, to_thank=to_thank
    )


def _write(actor, visit, form) -> list[Letter]:
    fields = form.cleaned_data
    return services.write_letters(actor, visit, fields["to"], language=fields["language"], template=fields["template"])


@require_http_methods(["GET", "HEAD", "POST"])
def letter_edit(request, key, letter):
    """Change a letter, and note when it was sent."""
    visit = prepared_visit(request, key)
    found = _letter(visit, letter)
    form = LetterForm(posted(request), letter=found)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_letter(request.user, found, **form.cleaned_data),
        lambda: Letter.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The letter is kept."))
        return redirect("letter_list", key=key)
    present = coordination.present_values(_letter(visit, letter), form) if form.is_stale else None
    return render_below(request, "meetings/letter_edit.html", visit, form=form, letter=found, present=present)


@require_POST
def letter_remove(request, key, letter):
    """Throw a letter away that was not sent."""
    visit = prepared_visit(request, key)
    found = _letter(visit, letter)
    if found.sent_on is not None:
        messages.error(request, _("This letter was sent. It stays."))
        return redirect("letter_edit", key=key, letter=letter)
    services.remove_letter(request.user, found)
    messages.success(request, _("The letter is thrown away."))
    return redirect("letter_list", key=key)


@require_safe
def letter_paper(request, key, letter, form):
    """A letter on paper."""
    visit = prepared_visit(request, key)
    found = _letter(visit, letter)
    return _as_file(letters.paper_of(found), form, f"letter-{found.key}")


def _letter(visit, key) -> Letter:
    rows = Letter.objects.select_related("organisation", "post__organisation", "post__person", "person")
    found = rows.filter(visit=visit, key=key).first() if "\0" not in key else None
    if found is None:
        raise Http404
    found.visit = visit
    return found


def _as_file(paper: Paper, form: str, name: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    make, content_type = FORMS[form]
    response = HttpResponse(make(paper), content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}.{form}"'
    return response


# --- templates -----------------------------------------------------------------------------------------------------
@require_safe
def letter_template_list(request, key):
    """How letters begin in a space."""
    space = _space_for_templates(request, key)
    templates = LetterTemplate.objects.filter(space=space)
    return render(request, "meetings/letter_templates.html", {"space": space, "templates": templates})


@require_http_methods(["GET", "HEAD", "POST"])
def letter_template_new(request, key):
    """Keep a new template, which begins with Accord's own letter."""
    space = _space_for_templates(request, key)
    form = NewTemplateForm(posted(request), reader=request.user)
    if request.method == "POST" and attempt(
        form, lambda: services.add_letter_template(request.user, space, **form.cleaned_data)
    ):
        messages.success(request, _("The template is kept."))
        return redirect("letter_template_list", key=key)
    return _render_template(request, space, form, title=_("New template of letters"))


@require_http_methods(["GET", "HEAD", "POST"])
def letter_template_edit(request, key, template):
    """Change a template; letters that were written from it stay as they are."""
    space = _space_for_templates(request, key)
    found = _template(space, template)
    form = EditTemplateForm(posted(request), template=found)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_letter_template(request.user, found, **form.cleaned_data),
        lambda: LetterTemplate.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The template is kept."))
        return redirect("letter_template_list", key=key)
    present = coordination.present_values(_template(space, template), form) if form.is_stale else None
    return _render_template(request, space, form, title=_("Change the template"), template=found, present=present)


@require_POST
def letter_template_remove(request, key, template):
    """Throw a template away."""
    space = _space_for_templates(request, key)
    services.remove_letter_template(request.user, _template(space, template))
    messages.success(request, _("The template is thrown away."))
    return redirect("letter_template_list", key=key)


def _space_for_templates(request, key) -> Space:
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    return space


def _template(space, key) -> LetterTemplate:
    found = LetterTemplate.objects.filter(space=space, key=key).first() if "\0" not in key else None
    if found is None:
        raise Http404
    return found


def _render_template(request, space, form, **more):
    context = {"space": space, "form": form, "fields": letters.FIELDS.items(), **more}
    return render(request, "meetings/letter_template.html", context)
