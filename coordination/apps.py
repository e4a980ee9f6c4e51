from typing import Any

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoordinationConfig(AppConfig):
    name = "coordination"

    def ready(self) -> None:
        """Find what each package adds to the pages of spaces, agreements and people."""
        from django.db.models.signals import pre_delete

        from coordination import (
            chain,
            holds,
            lookups,
            sections_of_spaces,  # noqa: F401  # coordination's own come with the registry
        )

        lookups.register()
        chain.linked.connect(self._note_for_webhooks, dispatch_uid="coordination.webhooks")
        pre_delete.connect(holds.refuse_deletion, dispatch_uid="coordination.holds")
        autodiscover_modules("space_sections", "agreement_discussions", "country_profiles", "country_sections")
        autodiscover_modules("people_met", "handing_over", "going_on", "retention_kinds", "personal_data")

    @staticmethod
    def _note_for_webhooks(*, entries: list[Any], **_signal: Any) -> None:
        from coordination import services

        services.note_for_webhooks(entries)
