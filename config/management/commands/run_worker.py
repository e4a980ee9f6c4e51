"""`manage.py run_worker`: the worker as a process of its own, until it is told to stop."""

import signal

from django.core.management.base import BaseCommand

from config import worker


class Command(BaseCommand):
    help = "Runs queued tasks, such as mail, until SIGTERM or Ctrl+C."

    def handle(self, **options) -> None:
        stop = worker.start_in_this_process()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        self.stdout.write("The worker is running.")
        stop.wait()
        self.stdout.write("The worker has stopped.")
