"""A record goes round the delegations: whom to ask, answers, comments, versions, and what is put right later."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404
from meetings import services
from meetings.forms import (
    AnswerForm,
    CirculateForm,
    CommentForm,
    CorrigendumForm,
    DecideForm,
    ExtendForm,
)
from meetings.models import Answer, Corrigendum, Paragraph, Record, RecordComment, RecordState, Round
from meetings.selectors import circulation, writing
from meetings.views.records import open_paragraph, open_record_of, record_of_writer, render_record


# --- rounds --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def record_circulate(request, key):
    """Circulate a draft, or what was changed since it was circulated: whom to ask, and until when."""
    record = record_of_writer(request, key)
    if record.is_frozen:
        raise Http404
    last = services.last_round(record)
    form = CirculateForm(posted(request), record=record, after_round=last.number if last else 0)
    if request.method == "POST" and attempt(form, lambda: _circulate(request, record, form)):
        messages.success(request, _("The record is circulated to all whom its marking names."))
        still_read = Record.objects.readable_by(request.user).filter(pk=record.pk).exists()
        return redirect(record if still_read else "meeting_list")
    drafts = writing.drafts_of(writing.readable_sections(record, request.user)) if record.is_draft else []
    return _page(request, record, "meetings/record_circulate.html", form=form, last=last, drafts=drafts)


def _circulate(request, record: Record, form: CirculateForm) -> None:
    fields = dict(form.cleaned_data)
    after_round = fields.pop("after_round")
    if record.state == RecordState.DRAFT:
        services.circulate_record(request.user, record, **fields)
    else:
        services.circulate_again(request.user, record, after_round=after_round, **fields)


@require_http_methods(["GET", "HEAD", "POST"])
def record_extend(request, key):
    """Give the delegations more time."""
    record = record_of_writer(request, key)
    last = services.last_round(record)
    if record.state != RecordState.CIRCULATED or last is None or last.due_at is None:
        raise Http404
    form = ExtendForm(posted(request))
    if request.method == "POST" and attempt(
        form, lambda: services.extend_round(request.user, record, **form.cleaned_data)
    ):
        messages.success(request, _("The delegations have more time."))
        return redirect(record)
    return _page(request, record, "meetings/record_extend.html", form=form, last=last)


@require_POST
def record_answer(request, key):
    """Agree for one's delegation, with a reservation or without."""
    record = open_record_of(request, key)
    last = services.last_round(record)
    answer = None if last is None else _answer_of(request, record, last)
    if answer is None:
        raise Http404
    form = AnswerForm(request.POST, answer=answer)
    if attempt_on_latest(
        form,
        lambda: services.answer_record(request.user, record, **form.cleaned_data),
        lambda: Answer.objects.values_list("version", flat=True).get(pk=answer.pk),
    ):
        messages.success(request, _("Your delegation's answer is noted."))
        return redirect(record)
    return render_record(request, record, answer=answer, answer_form=form)


def _answer_of(request, record: Record, last: Round) -> Answer | None:
    """The answer of the reader's delegation, also where the time to give it has just passed: the service says so."""
    if not request.user.is_authenticated:
        return None
    answer = last.answers.filter(organisation_id=request.user.organisation_id).first()
    if answer is None:
        return None
    answer.round, last.record = last, record
    return answer if access.can(request.user, "answer", answer) else None


# --- versions ------------------------------------------------------------------------------------------------------
@require_safe
def record_version(request, key, number):
    """The text as it was circulated."""
    record = open_record_of(request, key)
    rounds = circulation.rounds_of(record)
    found = next((one for one in rounds if one.number == number), None)
    if found is None:
        raise Http404
    sections: dict[str, list] = {}
    for wording in circulation.wordings_of(record, number, request.user):
        sections.setdefault(wording.heading, []).append(wording)
    return _page(
        request,
        record,
        "meetings/record_version.html",
        version=found,
        rounds=rounds,
        sections=sections,
        names_withheld=not access.may_see_names(request.user, record),
    )


@require_safe
def record_differences(request, key):
    """What is different between two versions, or between one and the text as it stands."""
    record = open_record_of(request, key)
    rounds = circulation.rounds_of(record)
    if not rounds:
        raise Http404
    numbers = {one.number for one in rounds}
    before = _chosen(request.GET.get("from"), numbers, max(numbers))
    after = _chosen(request.GET.get("to"), numbers, circulation.PRESENT)
    sections = circulation.differences_between(record, before, after, request.user)
    return _page(
        request,
        record,
        "meetings/record_differences.html",
        rounds=rounds,
        before=before,
        after=after,
        whole=request.GET.get("whole") == "1",
        sections=sections,
        is_changed=any(section.changed for section in sections),
    )


def _chosen(text: str | None, numbers: set[int], otherwise: int) -> int:
    """A version by its number, or the text as it stands; what is neither is as if nothing were chosen."""
    number = int(text) if text and text.isdecimal() and len(text) < 6 else otherwise
    return number if number in numbers or number == circulation.PRESENT else otherwise


# --- comments ------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def comment_new(request, key, paragraph):
    """Say something of a paragraph, or propose another wording."""
    record = open_record_of(request, key)
    found = open_paragraph(request, record, paragraph)
    # The time to say it may just have passed: the service says so to whoever had it.
    is_sent = request.method == "POST" and access.can(request.user, "contribute", record)
    if not is_sent and not services.may_comment(request.user, record, services.last_round(record)):
        raise Http404
    form = CommentForm(posted(request), initial={"wording": found.text})
    made: list[RecordComment] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.comment_on(request.user, found, **form.cleaned_data))
    ):
        messages.success(request, _("Your comment stands beside the paragraph."))
        return redirect(record.get_absolute_url() + f"#{made[0].anchor}")
    return _page(request, record, "meetings/record_comment.html", form=form, paragraph=found)


@require_http_methods(["GET", "HEAD", "POST"])
def comment_decide(request, key, comment):
    """Take a comment up, or decline it."""
    record = record_of_writer(request, key)
    found = _comment(request, record, comment)
    shown = _shown(request, record, found)
    if record.is_frozen or (request.method != "POST" and not shown.may_decide):
        raise Http404
    form = DecideForm(posted(request), comment=found)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.decide_comment(request.user, found, **form.cleaned_data),
        lambda: Paragraph.objects.values_list("version", flat=True).get(pk=found.paragraph_id),
    ):
        messages.success(request, _("It is decided."))
        return redirect(record.get_absolute_url() + f"#{found.anchor}")
    paragraph = found.paragraph
    if paragraph is not None:
        paragraph.refresh_from_db(fields=["text"])
    return _page(request, record, "meetings/record_comment_decide.html", form=form, comment=shown, paragraph=paragraph)


def _shown(request, record: Record, found: RecordComment) -> circulation.ShownComment:
    every = circulation.comments_of(record, request.user)
    return next(one for shown in every.values() for one in shown if one.key == found.key)


@require_POST
def comment_withdraw(request, key, comment):
    """Take back what one's delegation said."""
    record = open_record_of(request, key)
    found = _comment(request, record, comment)
    try:
        services.withdraw_comment(request.user, found)
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    return redirect(record.get_absolute_url() + f"#{found.anchor}")


def _comment(request, record: Record, key: str) -> RecordComment:
    rows = RecordComment.objects.filter(round__record=record).select_related("round", "paragraph", "section__audience")
    found = access.open_readable(request, rows, key=key)
    found.round.record = found.section.record = record
    return found


# --- corrigenda ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_correct(request, key, paragraph):
    """Put a mistake in an agreed record right."""
    record = open_record_of(request, key)
    require_or_404(request, "manage", record)
    found = open_paragraph(request, record, paragraph)
    if not record.is_frozen:
        raise Http404
    form = CorrigendumForm(posted(request), initial={"text": services.text_as_corrected(found)})
    made: list[Corrigendum] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.correct(request.user, found, **form.cleaned_data))
    ):
        messages.success(request, _("The corrigendum stands beside its paragraph."))
        return redirect(record.get_absolute_url() + f"#{made[0].anchor}")
    return _page(request, record, "meetings/record_correct.html", form=form, paragraph=found)


def _page(request, record: Record, template: str, **context):
    context |= {"record": record, "meeting": record.meeting, "space": access.if_readable(request.user, record.space)}
    return render(request, template, context)
