from django.urls import path

from accounts import provider_views, session_views, views

urlpatterns = [
    path("account/preferences/", views.preferences, name="preferences"),
    path("account/sessions/", session_views.session_list, name="session_list"),
    path("account/organisation/", provider_views.provider_login, name="provider_login"),
    path("account/organisation/<slug:key>/back/", provider_views.provider_callback, name="provider_callback"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("invitations/<str:uid>/<str:token>/", views.accept_invitation, name="accept_invitation"),
]
