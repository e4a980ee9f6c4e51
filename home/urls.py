from django.urls import path

from home import views

urlpatterns = [
    path("", views.front, name="front"),
    path("desk/", views.desk, name="desk"),
    path("people/invite/", views.invite, name="invite"),
]
