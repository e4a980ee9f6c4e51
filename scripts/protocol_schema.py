"""Writes docs/protocol.schema.json: the frames of the socket, as the code has them (discussion/schema.py).

.venv/bin/python scripts/protocol_schema.py
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "protocol.schema.json"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {"SECRET_KEY": "only-for-checks", "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    from discussion import schema

    FILE.write_text(json.dumps(schema.protocol(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
