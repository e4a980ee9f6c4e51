"""Every address of the site. Wagtail's own public routes are not among them: content is opened by its key."""

from django.urls import include, path
from wagtail.admin import urls as editors_urls

from config import health

handler404 = "home.views.nothing_here"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("editors/", include(editors_urls)),
    path("account/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("", include("coordination.urls")),
    path("", include("meetings.urls")),
    path("", include("knowledge.urls")),
    path("", include("discussion.urls")),
    path("", include("search.urls")),
    path("", include("home.urls")),
]
