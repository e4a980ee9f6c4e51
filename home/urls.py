from django.urls import path

from home import account_views, archive_views, data_views, invitation_views, views

urlpatterns = [
    path("", views.front, name="front"),
    path("desk/", views.desk, name="desk"),
    path("spaces/<str:key>/archive/", archive_views.space_archive, name="space_archive"),
    path("spaces/<str:key>/archive/zip/", archive_views.space_archive_file, name="space_archive_file"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invite/many/", invitation_views.invite_many, name="invite_many"),
    path("people/invite/many/template/", invitation_views.invitation_template, name="invitation_template"),
    path("people/invite/many/<str:key>/", invitation_views.invitation_sheet, name="invitation_sheet"),
    path("people/invite/many/<str:key>/<str:deed>/", invitation_views.invitation_deed, name="invitation_deed"),
    path("accounts/", account_views.account_list, name="account_list"),
    path("accounts/<int:pk>/", account_views.account_detail, name="account_detail"),
    path("accounts/<int:pk>/data/", data_views.account_data, name="account_data"),
    path("accounts/<int:pk>/erase/", data_views.account_erase, name="account_erase"),
    path("account/data/", data_views.own_data, name="own_data"),
    path("account/data/<key:key>/", data_views.own_data_fetch, name="own_data_fetch"),
    path("accounts/<int:pk>/sign-out/", account_views.account_sign_out, name="account_sign_out"),
    path("organisations/<int:pk>/sign-in/", account_views.organisation_sign_in, name="organisation_sign_in"),
]
