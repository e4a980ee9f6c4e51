"""How the server starts: pages over HTTP, the one socket of a tab, and on the embedded stack the worker."""

import gc
import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

from config.environment import sentences_for_wrong_settings

with sentences_for_wrong_settings():
    pages = get_asgi_application()
    from config.checks import refuse_unfit_settings

    refuse_unfit_settings()

from config.health import leave_when_told
from config.turns import InTurn, share_connections
from discussion.routing import websocket_application  # needs the apps that are loaded now

share_connections()
if threading.current_thread() is threading.main_thread():
    leave_when_told()

if settings.TASKS_IN_PROCESS:
    from config.worker import start_in_this_process

    start_in_this_process()

application = ProtocolTypeRouter(
    {"http": InTurn(pages, settings.REQUESTS_AT_ONCE), "websocket": websocket_application()}
)

# What is loaded by now stays for as long as the process does: a look at all of it, time and again, whether it is still
# needed would make a page in twenty a tenth of a second late.
gc.collect()
gc.freeze()
