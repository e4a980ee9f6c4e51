"""The briefing pack of a visit: read and written by chapters, kept on a phone, and made as PDF."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.models import Marking
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404
from meetings import briefing, selectors, services
from meetings.briefing import offline
from meetings.briefing.compile import VISIT
from meetings.forms import EditBriefingTextForm, NewBriefingTextForm
from meetings.models import (
    SECTIONS_OF_A_MEETING,
    BriefingPack,
    BriefingPaper,
    BriefingSection,
    BriefingText,
    Meeting,
    PaperState,
    Visit,
)

SECONDS_BETWEEN_LOOKS = 1
# A PDF reads nothing and calls nobody; the browsers' own readers refuse to start in a sandbox.
MADE_FOR = ("made_for__person", "made_for__post__person", "made_for__organisation")
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"


def _packs() -> Any:
    related = ("audience", "visit__audience", "visit__organisation", "visit__country", "visit__space")
    return BriefingPack.objects.filter(visit__live=True).select_related("space__audience", *related)


def _pack(request: HttpRequest, key: str) -> BriefingPack:
    packs = selectors.own_first(_packs(), request.user)
    pack: BriefingPack = access.open_readable(request, packs, visit__key=key)
    return pack


def _written(request: HttpRequest, key: str) -> BriefingPack:
    """The pack, for those who write in it; for all others the page is not there."""
    pack = _pack(request, key)
    require_or_404(request, "record", pack)
    return pack


def _note_readings(request: HttpRequest, found: briefing.Briefing) -> None:
    """What is RED is noted one by one."""
    for row in (text for part in found.parts for text in part.texts):
        if row.audience.marking == Marking.RED:
            access.note_reading(request, row)


# --- reading -------------------------------------------------------------------------------------------------------
@require_safe
def briefing_detail(request, key):
    """One chapter of the pack, with the way to the others."""
    pack = _pack(request, key)
    wanted = request.GET.get("chapter", VISIT)
    found = briefing.compile_for(pack, request.user, only=wanted)
    if not found.chapters:
        raise Http404
    _note_readings(request, found)
    may_write = access.can(request.user, "record", pack)
    address = reverse("briefing_detail", kwargs={"key": key})
    context = {
        "pack": pack,
        "visit": pack.visit,
        "space": access.if_readable(request.user, pack.space),
        "chapter": found.chapters[0],
        "tabs": [
            {"url": f"{address}?chapter={one}", "label": title, "is_current": one == wanted}
            for one, title in found.contents.items()
        ],
        "behind": [text.key for part in found.parts for text in part.texts if part.is_behind(text, request.user)],
        "may_write": may_write,
        "readers": selectors.readers_of_briefing(pack) if may_write and wanted == VISIT else None,
        "paper": _own_papers(request, pack).filter(made_for=None).first() if request.user.is_authenticated else None,
    }
    return render(request, "meetings/briefing_detail.html", context)


@login_required
@require_POST
def briefing_begin(request, key):
    """Begin the pack of a visit."""
    visit = access.open_readable(request, Visit.live_pages(), key=key)
    require_or_404(request, "record", visit)
    services.begin_briefing(request.user, visit)
    return redirect("briefing_detail", key=key)


# --- writing -------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def briefing_write(request, key, section, meeting=None):
    """Write a text in a section."""
    pack = _written(request, key)
    if section not in BriefingSection.values or (section in SECTIONS_OF_A_MEETING) != (meeting is not None):
        raise Http404
    about = None
    if meeting is not None:
        programme = Meeting.live_pages().filter(visits__visit=pack.visit)
        about = access.open_readable(request, programme, key=meeting)
    form = NewBriefingTextForm(posted(request), pack=pack, writer=request.user)
    made: list[BriefingText] = []

    def deed() -> None:
        made.append(services.write_in_briefing(request.user, pack, section=section, meeting=about, **form.cleaned_data))

    if request.method == "POST" and attempt(form, deed):
        messages.success(request, _("The text is in the briefing."))
        return redirect(_address_of(made[0]))
    return _render_writing(request, pack, BriefingSection(section), about, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def briefing_text(request, key, text):
    """Change a text. What Accord has compiled beside it is shown along with it, and is nobody's to change."""
    pack = _written(request, key)
    found = _text(request, pack, text)
    form = EditBriefingTextForm(posted(request), text=found)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_briefing_text(request.user, found, **form.cleaned_data),
        lambda: BriefingText.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The text is changed."))
        return redirect(_address_of(found))
    present = None
    if getattr(form, "is_stale", False):
        found.refresh_from_db(fields=["text", "version"])
        present = found.text
    section = BriefingSection(found.section)
    return _render_writing(request, pack, section, found.meeting, form, text=found, present=present)


@login_required
@require_POST
def briefing_text_remove(request, key, text):
    """Strike a text out of the pack."""
    pack = _written(request, key)
    found = _text(request, pack, text)
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Http404
    address = _address_of(found)
    try:
        services.remove_briefing_text(request.user, found, version=int(version[:9]))
        messages.success(request, _("The text is removed."))
    except services.StaleVersion as stale:
        messages.error(request, stale.messages[0])
    return redirect(address.partition("#")[0])


def _text(request: HttpRequest, pack: BriefingPack, key: str) -> BriefingText:
    readable = Meeting.live_pages().readable_by(request.user)
    rows = BriefingText.objects.filter(pack=pack).select_related("audience", "meeting__audience")
    found: BriefingText = access.open_readable(request, rows, key=key)
    if found.meeting is not None and not readable.filter(pk=found.meeting_id).exists():
        raise Http404
    found.pack = pack
    return found


def _address_of(text: BriefingText) -> str:
    """The chapter that it stands in."""
    address = reverse("briefing_detail", kwargs={"key": text.pack.visit.key})
    if text.meeting is not None:
        return f"{address}?chapter={text.meeting.key}#{text.anchor}"
    chapter = "people" if text.section == BriefingSection.PEOPLE else VISIT
    return f"{address}?chapter={chapter}#{text.anchor}"


def _render_writing(request, pack, section, meeting, form, text=None, present=None):
    in_programme = meeting is None or pack.visit.programme.filter(meeting=meeting).exists()
    context = {
        "pack": pack,
        "visit": pack.visit,
        "space": access.if_readable(request.user, pack.space),
        "section": section,
        "meeting": meeting,
        "part": briefing.compile_part(pack, request.user, section, meeting) if in_programme else None,
        "form": form,
        "text": text,
        "present": present,
    }
    return render(request, "meetings/briefing_write.html", context)


# --- on paper ------------------------------------------------------------------------------------------------------
def _own_papers(request, pack):
    """Those of the reader; of their content nothing but the one that is opened is fetched."""
    return (
        BriefingPaper.objects.readable_by(request.user)
        .filter(reader=request.user, pack=pack)
        .select_related(*MADE_FOR)
        .defer("content")
    )


@login_required
@require_POST
def briefing_paper_ask(request, key):
    """Let the pack be made as PDF, for oneself or for a member of the delegation without an account."""
    pack = _pack(request, key)
    member = None
    if wanted := request.POST.get("member"):
        require_or_404(request, "record", pack)
        member = pack.visit.members.filter(pk=int(wanted[:9]) if wanted.isdecimal() else 0).first()
        if member is None:
            raise Http404
    try:
        paper = services.ask_for_briefing_paper(request.user, pack, member)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(pack)
    return redirect("briefing_paper", key=key, paper=paper.key)


@login_required
@require_safe
def briefing_paper(request, key, paper):
    """How far the PDF is; it looks again by itself."""
    pack = _pack(request, key)
    found = _own_papers(request, pack).filter(key=paper).first()
    if found is None:
        raise Http404
    is_ready = found.state == PaperState.READY
    context = {
        "pack": pack,
        "visit": pack.visit,
        "space": access.if_readable(request.user, pack.space),
        "paper": found,
        "may_open": is_ready and services.may_open_paper(request.user, found),
        "seconds": SECONDS_BETWEEN_LOOKS,
    }
    return render(request, "meetings/briefing_paper.html", context)


@login_required
@require_safe
def briefing_pdf(request, key, paper):
    """The PDF, for the one whom it was made for, while that one may still read all that stands in it."""
    pack = _pack(request, key)
    papers = BriefingPaper.objects.readable_by(request.user).filter(reader=request.user, pack=pack)
    papers = papers.select_related(*MADE_FOR)
    found = papers.filter(key=paper, state=PaperState.READY).first()
    if found is None or not services.may_open_paper(request.user, found):
        raise Http404
    answer = HttpResponse(bytes(found.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="briefing-{pack.visit.key}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = CLOSED
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


# --- on the phone --------------------------------------------------------------------------------------------------
@require_safe
def briefing_phone(request, key):
    """The whole pack on one page for the phone, which may keep it for a while where its reader asks for that."""
    pack = _pack(request, key)
    found = briefing.compile_for(pack, request.user)
    _note_readings(request, found)
    now = timezone.now()
    context = {
        "briefing": found,
        "pack": pack,
        "visit": pack.visit,
        "compiled_at": now,
        "kept_until": offline.kept_until(pack.visit, now),
        "holder": offline.holder_of(request.user) if request.user.is_authenticated else "",
        "marking_label": Marking(found.marking).label,
    }
    answer = render(request, "meetings/briefing_phone.html", context)
    answer[offline.UNTIL] = str(int(context["kept_until"].timestamp() * 1000))
    answer[offline.HOLDER] = context["holder"]
    return answer


@require_safe
def briefing_worker(request):
    """The service worker of the pages for the phone. It holds nothing of anybody, and is the same for all."""
    found = finders.find("accord/js/briefing-worker.js")
    if not isinstance(found, str):
        raise Http404
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
