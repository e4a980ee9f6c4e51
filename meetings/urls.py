from django.urls import path

from meetings import views

urlpatterns = [
    path("meetings/", views.meeting_list, name="meeting_list"),
    path("spaces/<str:key>/meetings/new/", views.meeting_new, name="meeting_new"),
    path("meetings/<str:key>/", views.meeting_detail, name="meeting_detail"),
    path("meetings/<str:key>/edit/", views.meeting_edit, name="meeting_edit"),
    path("meetings/<str:key>/meeting.ics", views.meeting_calendar, name="meeting_calendar"),
    path("meetings/<str:key>/agenda/", views.meeting_agenda, name="meeting_agenda"),
    path("meetings/<str:key>/agenda/order/", views.agenda_order, name="agenda_order"),
    path("meetings/<str:key>/agenda/carry-over/", views.agenda_carry_over, name="agenda_carry_over"),
    path("meetings/<str:key>/agenda/<str:item>/", views.agenda_item_edit, name="agenda_item_edit"),
    path("meetings/<str:key>/agenda/<str:item>/move/", views.agenda_item_move, name="agenda_item_move"),
    path("meetings/<str:key>/agenda/<str:item>/finish/", views.agenda_item_finish, name="agenda_item_finish"),
    path("meetings/<str:key>/agenda/<str:item>/remove/", views.agenda_item_remove, name="agenda_item_remove"),
    path("meetings/<str:key>/agenda/<str:item>/documents/", views.agenda_document_ask, name="agenda_document_ask"),
    path("meetings/<str:key>/documents/<str:document>/", views.agenda_document, name="agenda_document"),
    path(
        "meetings/<str:key>/documents/<str:document>/withdraw/",
        views.agenda_document_withdraw,
        name="agenda_document_withdraw",
    ),
    path("meetings/<str:key>/attendance/", views.meeting_attendance, name="meeting_attendance"),
    path("meetings/<str:key>/attendance/<int:row>/remove/", views.attendance_remove, name="attendance_remove"),
    path("meetings/<str:key>/record/", views.record_detail, name="record_detail"),
    path("meetings/<str:key>/record/open/", views.record_open, name="record_open"),
    path("meetings/<str:key>/record/move/", views.record_move, name="record_move"),
    path("meetings/<str:key>/record/chatham-house/", views.record_under_the_rule, name="record_under_the_rule"),
    path("meetings/<str:key>/record/sections/<int:section>/write/", views.paragraph_new, name="paragraph_new"),
    path("meetings/<str:key>/record/paragraphs/<str:paragraph>/", views.paragraph_edit, name="paragraph_edit"),
    path(
        "meetings/<str:key>/record/paragraphs/<str:paragraph>/remove/",
        views.paragraph_remove,
        name="paragraph_remove",
    ),
    path("visits/", views.visit_list, name="visit_list"),
    path("visits/<str:key>/", views.visit_detail, name="visit_detail"),
]
