"""allauth's sessions of users, without what it does at a sign-in: it would look at each session that the user has."""

from allauth.usersessions.apps import UserSessionsConfig


class SessionsConfig(UserSessionsConfig):
    def ready(self) -> None:
        """They are noted by accounts.sessions, and cleared away by the worker."""
