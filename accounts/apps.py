from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, identity, signals, watch

        adapter.asked_before_sign_in.append(identity.refuse_other_ways)
        signals.connect()
        watch.connect()
