"""The manual page in roff, section 1, from the texts of the help."""

import re
from collections.abc import Mapping

from eiginfra.render.help import Rows


def page(name: str, version: str, purpose: str, usage: str, sections: Mapping[str, str]) -> str:
    """The whole page; `sections` are bodies in roff by their titles."""
    head = [f'.TH {name.upper()} 1 "" "{name} {version}" "User commands"', ".SH NAME", f"{name} \\- {escaped(purpose)}"]
    parts = [*head, ".SH SYNOPSIS", bold(usage), *(line for title, body in sections.items() for line in (f".SH {title.upper()}", body))]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def command(usage: str, name: str, text: str, content: Mapping[str, Rows]) -> str:
    """One command: its usage, what it does, its rows under their titles."""
    body = "".join(rows(listed) for listed in content.values())
    return f".SS {escaped(name)}\n{bold(usage)}\n.PP\n{paragraphs(text)}{body}"


def rows(listed: Rows) -> str:
    """Names and what they mean."""
    return "".join(f".TP\n{_name(name)}\n{escaped(meaning)}\n" for name, meaning in listed)


def paragraphs(text: str) -> str:
    """Running text; an empty line parts paragraphs."""
    return "\n.PP\n".join(escaped(" ".join(part.split())) for part in text.split("\n\n")) + "\n"


def bold(text: str) -> str:
    """Bold text: to be typed exactly so."""
    return f"\\fB{escaped(text)}\\fR"


def escaped(text: str) -> str:
    """Text that roff takes for nothing else."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def _name(name: str) -> str:
    """`-l, --limit PATTERN`: options in bold, what they take in italics."""
    parts = re.split(r"(,? )", name)
    return "".join(part if part.strip(", ") == "" else _part(part) for part in parts)


def _part(text: str) -> str:
    return bold(text) if text.startswith("-") or text.islower() else f"\\fI{escaped(text)}\\fR"
