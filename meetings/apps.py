from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        """Tell the access rule what hangs on visits and meetings besides what these name themselves."""
        from coordination import access
        from meetings.models.briefing import hung_on

        access.child_providers.append(hung_on)
