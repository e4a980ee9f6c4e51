"""`manage.py run_worker`: the worker as a process of its own, until it is told to stop."""

import signal

from django.conf import settings
from django.core.management.base import BaseCommand

from config import worker
from config.turns import share_connections

BEAT_SECONDS = 10


class Command(BaseCommand):
    help = "Runs queued tasks, such as mail, and keeps Elasticsearch up to date, until SIGTERM or Ctrl+C."

    def handle(self, **options) -> None:
        share_connections()
        stop = worker.start_in_this_process()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        settings.WORKER_HEARTBEAT.parent.mkdir(parents=True, exist_ok=True)
        settings.WORKER_HEARTBEAT.touch()
        self.stdout.write("The worker is running.")
        while not stop.wait(BEAT_SECONDS):
            settings.WORKER_HEARTBEAT.touch()  # whoever watches looks at the age of this file
        self.stdout.write("The worker has stopped.")
