"""Traces, where OTEL_EXPORTER_OTLP_ENDPOINT says where they go: a span for each request, and one for each statement.

They say which page it was, by its name, and which table was asked: no address, query, statement, value or reader, and
nothing of errors but that there was one (docs/decisions/0033).
"""

import re
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, Tracer

TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?(\w+)")


class TracedMiddleware:
    """A span for each request, and below it those of what the database was asked."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.tracer = _tracer()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self._span("request", SpanKind.SERVER) as span, connection.execute_wrapper(self._statement):
            response = self.get_response(request)
            match = request.resolver_match
            span.update_name(f"{request.method} {match.view_name if match else 'nowhere'}")
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
            return response

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = TABLE.search(sql)
        name = " ".join([sql.lstrip(" (").partition(" ")[0], *(table.groups() if table else ())])
        with self._span(name, SpanKind.CLIENT) as span:
            try:
                return execute(sql, params, many, context)
            except Exception:
                span.set_status(StatusCode.ERROR)
                raise

    def _span(self, name: str, kind: SpanKind) -> Any:
        """Errors say what somebody wrote: of none is kept more than that it was."""
        return self.tracer.start_as_current_span(name, kind=kind, record_exception=False, set_status_on_exception=False)


def _tracer() -> Tracer:
    """One that sends what it is given beside the requests; where to, how often and how much the SDK's own variables
    say (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS and the like)."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "accord"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("accord")
