from django.urls import path

from discussion.consumers import SocketConsumer

websocket_urlpatterns = [path("socket/", SocketConsumer.as_asgi())]
