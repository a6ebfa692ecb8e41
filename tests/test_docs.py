"""What users can call, write or fail with is documented."""

import re
from pathlib import Path

import pytest

from eiginfra.cli.commands import EXIT_CODES, walk
from eiginfra.cli.main import program
from eiginfra.core.spec import rules
from eiginfra.providers.proxmox.privileges import NEEDS
from eiginfra.wiring.providers import described

DOCS = Path(__file__).parents[1] / "docs"
KINDS = {kind.name: kind for kind in described().registry()}


COMMANDS = sorted(" ".join(path) for path in walk(program()))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"`eiginfra {command}" in (DOCS / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_a_page_that_names_all_its_fields(name: str) -> None:
    page = (DOCS / "kinds" / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    missing = [field for field in rules(KINDS[name].spec) if f"`{field}`" not in page]
    assert not missing


def _needed(page: str) -> set[tuple[str, str]]:
    """Paths and privileges of the paragraph that begins with Needs: privileges, then the paths they are needed on."""
    found, names, on = set(), list[str](), False
    [needs] = re.findall(r"^\*\*Needs\*\* .*?(?:\n\n|\Z)", page, re.MULTILINE | re.DOTALL)
    for word in re.findall(r"`(/[^`]*|[A-Z][A-Za-z]*(?:\.[A-Za-z]+)+)`", needs):
        if word.startswith("/"):
            found |= {(word, name) for name in names}
        else:
            names = [word] if on else [*names, word]
        on = word.startswith("/")
    return found


def test_the_pages_of_proxmox_need_what_the_table_of_privileges_has_no_more_and_no_less() -> None:
    pages = {name: (DOCS / "kinds" / f"{name}.md").read_text(encoding="utf-8") for name in KINDS if name.startswith("proxmox.")}
    needed = {name: _needed(page) for name, page in pages.items()}
    table = {(need.path, privilege) for need in NEEDS for privilege in need.privileges}
    assert {name: pairs - table for name, pairs in needed.items() if pairs - table} == {}
    assert table - set().union(*needed.values()) == set()
    assert [name for name, pairs in needed.items() if not pairs] == []


def test_every_exit_code_is_documented() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8").replace("`", "")
    assert [code for code, meaning in EXIT_CODES.items() if f"| {code} | {meaning} |" not in page] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
