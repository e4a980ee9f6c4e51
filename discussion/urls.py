from django.urls import path

from discussion.views import messages, notifications, threads

urlpatterns = [
    path("threads/", threads.thread_list, name="thread_list"),
    path("threads/about/<str:name>/", threads.thread_begin, name="thread_begin"),
    path("threads/<str:key>/", threads.thread_detail, name="thread_detail"),
    path("threads/<str:key>/messages/", messages.thread_messages, name="thread_messages"),
    path("spaces/<str:key>/threads/", threads.space_threads, name="space_threads"),
    path("spaces/<str:key>/threads/start/", threads.thread_start, name="thread_start"),
    path("messages/<str:key>/", messages.message_detail, name="message_detail"),
    path("notifications/", notifications.notification_list, name="notification_list"),
    path("notifications/read/", notifications.notifications_seen, name="notifications_seen"),
    path("notifications/<str:key>/", notifications.notification_open, name="notification_open"),
]
