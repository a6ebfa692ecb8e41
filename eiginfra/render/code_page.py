"""The page of a finding's code: what it means, an example, what to write. `docs/codes/` holds them all, in French and English."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict

import yaml

from eiginfra.core.finding import error
from eiginfra.render.catalogue import LANGUAGES, Catalogue, catalogue, codes
from eiginfra.render.outputs.team import ExplainCodeOutput


class CodeExample(TypedDict):
    """Of one code: what was written, what belongs there instead, and what else is worth knowing, by language."""

    wrong: NotRequired[str]
    right: NotRequired[str]
    fr: NotRequired[str]
    en: NotRequired[str]


@cache
def examples() -> Mapping[str, CodeExample]:
    """The examples by code; most codes have none."""
    text = files("eiginfra.render").joinpath("messages", "examples.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, CodeExample] = yaml.safe_load(text)
    return loaded


def own_codes() -> list[str]:
    """The codes of this package's findings, in order."""
    return sorted(codes() & catalogue("en").entries.keys())


def code_output(code: str, words: Catalogue) -> ExplainCodeOutput:
    """What is said of a code, in one language; a parameter is written ‹name›. KeyError for an unknown code."""
    found = error(code, {name: f"‹{name}›" for name in words.parameters(code)})
    example = examples().get(code, CodeExample())
    return ExplainCodeOutput(
        code=code,
        language=words.language,
        message=words.message(found),
        remedy=words.remedy(found) or words.say("code-advice"),
        wrong=example.get("wrong"),
        right=example.get("right"),
        about=example.get(words.language),
    )


def code_text(code: str, words: Catalogue) -> str:
    """The page in one language, as Markdown."""
    return "\n".join([f"# {code}", "", *_section(code, words)]).rstrip() + "\n"


def code_page(code: str) -> str:
    """The page in all languages, French first, as `docs/codes/` holds it."""
    french, *others = (catalogue(LANGUAGES[name]) for name in sorted(LANGUAGES, reverse=True))
    lines = [f"# {code}", "", *_section(code, french)]
    for words in others:
        lines += [f"## {words.say('code-language')}", "", *_section(code, words)]
    return "\n".join(lines).rstrip() + "\n"


def _section(code: str, words: Catalogue) -> Iterator[str]:
    said = code_output(code, words)
    yield from (f"**{words.say('code-means')}** {said.message}", "")
    yield from (f"**{words.say('code-remedy')}** {said.remedy}", "")
    if said.about:
        yield from (said.about.strip(), "")
    for title, written in (("code-wrong", said.wrong), ("code-right", said.right)):
        if written:
            yield from (f"{words.say(title)}", "", "```yaml", written.rstrip("\n"), "```", "")
