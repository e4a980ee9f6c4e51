"""What Prometheus fetches from each server process: its requests, and the figures of the whole (config.figures)."""

import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from config.figures import figures

NOWHERE = "nowhere"
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
requests_taken = Histogram(
    "accord_request_seconds", "Seconds that requests took, by the name of the page", ["view"], buckets=SECONDS
)
answers = Counter("accord_answers", "Answers by the name of the page and the class of the status", ["view", "status"])


class MeasuredMiddleware:
    """How long each request took, by the name of its page: addresses hold keys and secrets, and there are too many."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else NOWHERE
        requests_taken.labels(view or NOWHERE).observe(time.perf_counter() - began)
        answers.labels(view or NOWHERE, f"{response.status_code // 100}xx").inc()
        return response


class Figures:
    """The figures as gauges, asked whenever they are fetched."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for figure in figures():
            if figure.value is not None:
                yield GaugeMetricFamily(f"accord_{figure.kind.name}", str(figure.kind.name), value=figure.value)

    def describe(self) -> list[Any]:
        """None beforehand: to be registered asks nothing of the database."""
        return []


REGISTRY.register(Figures())


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has the token that METRICS_TOKEN names; for all others it is not there."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
