from django.urls import path

from knowledge import views

urlpatterns = [
    path("knowledge/", views.knowledge, name="knowledge"),
    path("topics/<slug:slug>/", views.topic_detail, name="topic_detail"),
    path("countries/<str:code>/", views.country_detail, name="country_detail"),
    path("country-profiles/<str:key>/", views.country_profile_detail, name="country_profile_detail"),
    path("resources/", views.resource_list, name="resource_list"),
    path("resources/<str:key>/", views.resource_detail, name="resource_detail"),
    path("spaces/<str:key>/resources/new/", views.resource_new, name="resource_new"),
    path("service-points/", views.service_point_list, name="service_point_list"),
    path("service-points/<str:key>/", views.service_point_detail, name="service_point_detail"),
    path("glossary/", views.glossary, name="glossary"),
    path("glossary/<str:key>/", views.glossary_term_detail, name="glossary_term_detail"),
    path("news/", views.news_list, name="news_list"),
    path("news/<str:key>/", views.news_detail, name="news_detail"),
    path("files/<str:key>/remove/", views.file_remove, name="file_remove"),
    path("files/<str:key>/small/", views.file_small, name="file_small"),
    path("files/<str:key>/<str:name>", views.file_serve, name="file_serve"),
    path("pictures/<str:key>/<str:spec>", views.picture_serve, name="picture_serve"),
]
