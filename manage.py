#!/usr/bin/env python
"""Django's command line for Accord."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from config.environment import sentences_for_wrong_settings

    with sentences_for_wrong_settings():
        settings.DEBUG  # noqa: B018  (reads the settings: Django's own commands would put up with wrong ones)
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
