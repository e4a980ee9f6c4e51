from django.urls import path

from accounts import views

urlpatterns = [
    path("account/preferences/", views.preferences, name="preferences"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("invitations/<str:uid>/<str:token>/", views.accept_invitation, name="accept_invitation"),
]
