"""The steps of signing in after the first one."""

from allauth.mfa.stages import AuthenticateStage


class SecondFactorStage(AuthenticateStage):
    """As allauth's; a second factor that the provider of one's organisation has asked for counts where that is said."""

    def _should_handle(self, request) -> bool:
        return not getattr(request, "second_factor_at_provider", False) and super()._should_handle(request)
