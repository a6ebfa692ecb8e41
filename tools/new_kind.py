"""Write the files of a new kind: `make new-kind NAME=gitlab.milestone`. CONTRIBUTING.md tells what is to be filled in.

Works with Python alone, before the virtual environment is there. The templates stand in tools/kinds, a folder for each provider.
"""

import keyword
import re
import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "tools" / "kinds"
TARGETS = {
    "kind.py": "eiginfra/providers/{provider}/kinds/{thing}.py",
    "page.md": "docs/kinds/{provider}.{thing}.md",
    "cases.py": "tests/support/{provider}_cases/{thing}.py",
}


def main(arguments: list[str]) -> str | None:
    """Write the files and print their names; returns what is wrong with the name, None if nothing is."""
    name = arguments[0] if arguments else ""
    provider, _, thing = name.partition(".")
    problem = _problem(name, provider, thing)
    if problem is not None:
        return f"new-kind: {problem}"
    values = {"name": name, "thing": thing, "noun": thing.replace("_", " "), "Thing": _class_name(provider, thing)}
    for template, target in TARGETS.items():
        text = Template((TEMPLATES / provider / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(values)
        path = ROOT / target.format(provider=provider, thing=thing)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return None


def _problem(name: str, provider: str, thing: str) -> str | None:
    providers = sorted(path.name for path in TEMPLATES.iterdir())
    if not re.fullmatch(r"[a-z][a-z0-9]*\.[a-z]([a-z0-9_]*[a-z0-9])?", name) or keyword.iskeyword(thing):
        return f"{name!r} is no name of a kind; write NAME=provider.thing in lower-case letters, e.g. NAME=gitlab.milestone"
    if provider not in providers:
        return f"no provider is called {provider}; there is {', '.join(providers)}, and docs/providers.md tells how to bring one"
    paths = [target.format(provider=provider, thing=thing) for target in TARGETS.values()]
    return next((f"{name} is there already: {path}" for path in paths if (ROOT / path).exists()), None)


def _class_name(provider: str, thing: str) -> str:
    """The name that its classes begin with: a class name stands in one module only."""
    plain = "".join(part.capitalize() for part in thing.split("_"))
    taken = re.compile(rf"^class {plain}(Spec|Kind)\b", re.MULTILINE)
    known = any(taken.search(path.read_text(encoding="utf-8")) for path in (ROOT / "eiginfra").rglob("*.py"))
    return f"{provider.capitalize()}{plain}" if known else plain


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
