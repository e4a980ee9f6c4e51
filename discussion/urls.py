from django.urls import path

from discussion import views

urlpatterns = [
    path("threads/", views.thread_list, name="thread_list"),
    path("threads/about/<str:name>/", views.thread_begin, name="thread_begin"),
    path("threads/<str:key>/", views.thread_detail, name="thread_detail"),
    path("threads/<str:key>/messages/", views.thread_messages, name="thread_messages"),
    path("spaces/<str:key>/threads/", views.space_threads, name="space_threads"),
    path("spaces/<str:key>/threads/start/", views.thread_start, name="thread_start"),
    path("messages/<str:key>/", views.message_detail, name="message_detail"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read/", views.notifications_seen, name="notifications_seen"),
    path("notifications/<str:key>/", views.notification_open, name="notification_open"),
]
