"""Asks the registries whether a package of the lock files has a known weakness; part of `make check`.

Ends with 1 where one is known. Where a registry cannot be asked, a line says so and nothing fails: a check without a
network is no finding.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 180
# Each finding is a line.
Findings = list[str]


class NotAskedError(Exception):
    """The registry gave no answer about any package."""


def python_findings() -> Findings:
    """What pip-audit knows of the packages that are served with."""
    answer = _asked([
        str(Path(sys.executable).parent / "pip-audit"), "--requirement", "requirements-service.lock", "--disable-pip",
        "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10",
    ])  # fmt: skip
    packages = answer.get("dependencies", [])
    if not packages or all("skip_reason" in package for package in packages):
        raise NotAskedError
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in {found['fix_versions'] or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", [])
    ]


def browser_findings() -> Findings:
    """What npm knows of the packages that browsers are served."""
    if not shutil.which("npm"):
        raise NotAskedError
    answer = _asked(["npm", "audit", "--omit=dev", "--json"])
    if "vulnerabilities" not in answer:
        raise NotAskedError
    return [f"{name}: {found['severity']}" for name, found in answer["vulnerabilities"].items()]


def _asked(command: list[str]) -> dict:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise NotAskedError from error


def report(registry: str, ask: Callable[[], Findings]) -> bool:
    """Print what is known, and say whether anything is."""
    try:
        findings = ask()
    except NotAskedError:
        print(f"{registry} could not be asked; nothing is known of its packages.")
        return False
    for finding in findings:
        print(f"{registry}: {finding}")
    return bool(findings)


if __name__ == "__main__":
    known = [report("PyPI", python_findings), report("npm", browser_findings)]
    sys.exit(any(known))
