"""The documentation says what the code does: generated parts are fresh, named commands and files are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import api_doc, cli

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", ".venv-test", "node_modules", "build"} & set(path.parts)
]


def test_the_api_document_is_what_the_code_says() -> None:
    assert api_doc.TARGET.read_text(encoding="utf-8") == api_doc.render(), "run: python -m server.api_doc"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_pinned_package_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    for file in ("requirements.txt", "requirements-dev.txt"):
        for name in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / file).read_text(encoding="utf-8"), re.M):
            assert f"| {name.lower()} |" in explained, name


def test_both_languages_of_the_readme_name_the_two_commands() -> None:
    for page in ("README.md", "README.zh-CN.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert "python3 run.py\n" in text and "python3 run.py test\n" in text


def named_commands() -> set[str]:
    """Every command that some document names, but for `test` and `bench`, which run.py itself knows."""
    texts = (page.read_text(encoding="utf-8") for page in PAGES)
    return {name for text in texts for name in re.findall(r"run\.py ([a-z][a-z-]+)", text)} - {
        "test",
        "bench",
    }


@pytest.mark.parametrize("name", sorted(named_commands()))
def test_every_command_in_the_documents_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = cli.main([name, "--help"])
    except SystemExit as ended:
        status = ended.code
    assert status == 0 and "usage:" in capsys.readouterr().out
