"""Every address of the site. Wagtail's own public routes are not among them: content is opened by its key."""

from django.urls import include, path
from wagtail.admin import urls as editors_urls

from config import health, metrics, operations
from config.api import api

handler404 = "config.api.nothing_here"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("operator/", operations.operator, name="operator"),
    path("editors/", include(editors_urls)),
    path("api/v1/", api.urls),
    path("account/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("", include("coordination.urls")),
    path("", include("meetings.urls")),
    path("", include("knowledge.urls")),
    path("", include("discussion.urls")),
    path("", include("search.urls")),
    path("", include("home.urls")),
]
