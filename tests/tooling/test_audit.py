"""A known weakness of a package fails the check; a registry that cannot be asked does not, and it is said."""

import pytest

from scripts import audit

WEAK = {"name": "package", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}


@pytest.mark.parametrize(
    ("answer", "is_known", "said"),
    [
        ({"dependencies": [WEAK, {"name": "other", "version": "2", "vulns": []}]}, True, "package 1.0: CVE-1"),
        ({"dependencies": [{"name": "other", "version": "2", "vulns": []}]}, False, ""),
        ({"dependencies": [{"name": "other", "skip_reason": "not found"}]}, False, "could not be asked"),
    ],
)
def test_what_the_registry_knows_is_said(answer, is_known, said, monkeypatch, capsys):
    monkeypatch.setattr(audit, "_asked", lambda command: answer)
    assert audit.report("PyPI", audit.python_findings) is is_known
    assert said in capsys.readouterr().out


def test_a_command_that_gives_no_answer_has_asked_nothing(monkeypatch, capsys):
    monkeypatch.setattr(audit, "SECONDS", 5)
    assert audit.report("PyPI", lambda: audit._asked(["true"])) is False
    assert "could not be asked" in capsys.readouterr().out
