"""The editors' side, as far as it is about knowledge: its reports."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from coordination import access
from knowledge import reports


@require_safe
def knowledge_reports(request: HttpRequest) -> HttpResponse:
    """All reports, or one of them in full."""
    only = request.GET.get("report", "")
    if only and only not in reports.REPORTS:
        raise Http404
    context = {"reports": reports.reports_for(request.user, only), "only": only, "title": _("Reports")}
    return render(request, "knowledge/editors_reports.html", context)


@hooks.register("register_admin_urls")
def urls_of_reports() -> list[Any]:
    return [path("knowledge/reports/", knowledge_reports, name="knowledge_reports")]


class ReportsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(access.spaces_where(request.user, "contribute_space"))


@hooks.register("register_admin_menu_item")
def menu_item_of_reports() -> MenuItem:
    return ReportsMenuItem(
        _("Reports"), reverse("knowledge_reports"), name="knowledge-reports", icon_name="clipboard-list"
    )
