"""Add up pytest's results of several runs and print them as pytest prints its last line."""

import sys
from collections import Counter
from xml.etree import ElementTree


def main(files: list[str]) -> None:
    total, seconds = Counter[str](), 0.0
    for file in files:
        for suite in ElementTree.parse(file).getroot().iter("testsuite"):
            seconds += float(suite.get("time", 0))
            counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            total["failed"] += counts["failures"]
            total["error"] += counts["errors"]
            total["skipped"] += counts["skipped"]
            total["passed"] += counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    parts = [f"{total[name]} {name}" for name in ("failed", "passed", "skipped", "error") if total[name]]
    print(f" {', '.join(parts)} in {seconds:.2f}s ".center(80, "="))


if __name__ == "__main__":
    main(sys.argv[1:])
