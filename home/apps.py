from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from coordination import audit
        from home import signals, verbs

        signals.connect()
        audit.verbs.update(verbs.VERBS)
