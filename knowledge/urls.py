from django.contrib.sitemaps import views as sitemap_views
from django.urls import path

from knowledge.sitemaps import sections
from knowledge.views import feeds, files, gathering, glossary, news, resources, service_points

SITEMAPS = sections()

urlpatterns = [
    path("knowledge/", gathering.knowledge, name="knowledge"),
    path("topics/<slug:slug>/", gathering.topic_detail, name="topic_detail"),
    path("countries/<str:code>/", gathering.country_detail, name="country_detail"),
    path("country-profiles/<str:key>/", gathering.country_profile_detail, name="country_profile_detail"),
    path("resources/", resources.resource_list, name="resource_list"),
    path("resources/<str:key>/", resources.resource_detail, name="resource_detail"),
    path("spaces/<str:key>/resources/new/", resources.resource_new, name="resource_new"),
    path("service-points/", service_points.service_point_list, name="service_point_list"),
    path("service-points/<str:key>/", service_points.service_point_detail, name="service_point_detail"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("glossary/<str:key>/", glossary.glossary_term_detail, name="glossary_term_detail"),
    path("news/", news.news_list, name="news_list"),
    path("news/<str:key>/", news.news_detail, name="news_detail"),
    path("files/<str:key>/remove/", files.file_remove, name="file_remove"),
    path("files/<str:key>/small/", files.file_small, name="file_small"),
    path("files/<str:key>/<str:name>", files.file_serve, name="file_serve"),
    path("pictures/<str:key>/<str:spec>", files.picture_serve, name="picture_serve"),
    # What is shared with other programs.
    path("feeds/", feeds.feed_list, name="feed_list"),
    path("feeds/all.<str:form>", feeds.feed_all, name="feed_all"),
    path("feeds/mine/<str:secret>.<str:form>", feeds.feed_mine, name="feed_mine"),
    path("topics/<slug:slug>/feed.<str:form>", feeds.feed_topic, name="feed_topic"),
    path("spaces/<str:key>/feed.<str:form>", feeds.feed_space, name="feed_space"),
    path("resources/<str:key>/citation.<str:form>", resources.resource_citation, name="resource_citation"),
    path("opensearch.xml", feeds.opensearch, name="opensearch"),
    path("robots.txt", feeds.robots, name="robots"),
    path("sitemap.xml", sitemap_views.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_section"}, "sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, "sitemap_section"),
]
