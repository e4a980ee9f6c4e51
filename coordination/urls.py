from django.urls import path

from coordination import views

urlpatterns = [
    path("spaces/", views.space_list, name="space_list"),
    path("spaces/<str:key>/", views.space_detail, name="space_detail"),
    path("agreements/<str:key>/", views.agreement_detail, name="agreement_detail"),
    path("actions/<str:key>/", views.action_detail, name="action_detail"),
]
