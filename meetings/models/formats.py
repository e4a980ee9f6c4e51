"""The words for what a meeting is: its kind, its level, and how people come together."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models import SpokenLanguage


class MeetingKind(models.TextChoices):
    BILATERAL = "bilateral", _("bilateral talks")
    WORKING_GROUP = "working_group", _("working group")
    STEERING_COMMITTEE = "steering_committee", _("steering committee")
    CONSULTATION = "consultation", _("consultation")
    CONFERENCE = "conference", _("conference")
    TRAINING = "training", _("training")
    OTHER = "other", _("other")


class MeetingLevel(models.TextChoices):
    POLITICAL = "political", _("political")
    SENIOR_OFFICIALS = "senior_officials", _("senior officials")
    TECHNICAL = "technical", _("technical")


class MeetingFormat(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")


def validate_languages(value: Any) -> None:
    """A list of the languages that people of the programme speak, each once."""
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise ValidationError(_("Choose languages from the list."))
    if not all(language in SpokenLanguage.values for language in value):
        raise ValidationError(_("Choose languages from the list."))


def languages_by_name(codes: list[str]) -> list[str]:
    names = dict(SpokenLanguage.choices)
    return [str(names[code]) for code in codes if code in names]
