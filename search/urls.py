from django.urls import path

from search import saved_views, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="search_suggest"),
    path("search/similar/<str:name>/", views.similar_to, name="search_similar"),
    path("search/saved/", saved_views.saved_search_list, name="saved_search_list"),
    path("search/saved/new/", saved_views.saved_search_new, name="saved_search_new"),
    path("search/saved/<str:key>/", saved_views.saved_search_detail, name="saved_search_detail"),
    path("search/saved/<str:key>/delete/", saved_views.saved_search_delete, name="saved_search_delete"),
    path("search/recent/clear/", saved_views.recent_clear, name="recent_clear"),
]
