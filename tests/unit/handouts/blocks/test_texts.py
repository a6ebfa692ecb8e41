"""The packaged texts: complete in both languages, sound, plain, true to the rest of the project, and never a sentence without its value."""

import re
import subprocess
from collections.abc import Iterator
from importlib.resources import files

import page as checker
import pytest
import yaml
from markdown_it import MarkdownIt

from eiginfra.handouts.blocks import NAMES, PLACEHOLDERS, Values
from eiginfra.handouts.blocks.library import LANGUAGES, packaged
from eiginfra.handouts.blocks.placeholders import Filling
from eiginfra.handouts.page import Block, Item, Items, Link, Page, Paragraph, Preformatted, Section, Table, Text, plain
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.handouts.rendering.pdf import pdf
from eiginfra.inventory.model import Forward, Machine, Member, Project, Publish, TeamFile

FOLDER = files("eiginfra.handouts.blocks")
TEXTS = [(name, language) for name in NAMES for language in LANGUAGES]
KNOWN: Values = {name: Link(f"https://{name}.example.org", name) if link else f"the {name}" for name, link in PLACEHOLDERS.items()}


def source(name: str, language: str) -> str:
    return FOLDER.joinpath(f"{language}/{name}.md").read_text(encoding="utf-8")


def section(name: str, language: str, values: Values = KNOWN) -> Section | None:
    found = packaged(name, language)
    assert found.findings == ()
    assert found.section is not None
    return Filling(values).section(found.section)


def whole(name: str, language: str) -> Section:
    found = section(name, language)
    assert found is not None
    return found


def one_page(found: Section) -> Page:
    return Page(name="adler", language="fr", title="ADLER", lead="", blocks=(found,))


def texts(block: Block) -> Iterator[Text]:
    """What people read of a block, but for code."""
    match block:
        case Paragraph():
            yield block.text
        case Items():
            for entry in block.entries:
                yield entry.text if isinstance(entry, Item) else entry
                for inner in entry.blocks if isinstance(entry, Item) else ():
                    yield from texts(inner)
        case Table():
            yield from (block.caption, *(cell for row in block.rows for cell in row))
        case Preformatted():
            yield block.label
        case Section():
            yield block.title
            for inner in block.blocks:
                yield from texts(inner)


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_a_text_is_there_and_sound(name: str, language: str) -> None:
    assert whole(name, language).title
    assert whole(name, language).id == name.replace("_", "-")


def test_there_is_no_other_file() -> None:
    there = {file.name for language in LANGUAGES for file in FOLDER.joinpath(language).iterdir()}
    assert there == {f"{name}.md" for name in NAMES}


def test_every_placeholder_is_used() -> None:
    used = set(re.findall(r"\{(\w+)\}", "".join(source(name, language) for name, language in TEXTS)))
    assert used == {*PLACEHOLDERS}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_shape(name: str) -> None:
    """The same sections, lists, lines of code, links and placeholders: neither language says less."""

    def shape(language: str) -> list[str]:
        tokens = MarkdownIt("commonmark").enable("table").parse(source(name, language))
        return [
            token.type for token in tokens if (token.type.endswith("_open") and token.type != "paragraph_open") or token.type == "fence"
        ]

    assert shape("fr") == shape("en")
    french, english = (sorted(re.findall(r"\{\w+\}|https?://[^)/]+", source(name, language))) for language in LANGUAGES)
    assert french == english


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_a_text_is_rendered_in_every_format(name: str, language: str) -> None:
    found = whole(name, language)
    html, markdown = render_html(one_page(found)), render_markdown(one_page(found))
    for shown in (html, markdown):
        assert found.title.replace("’", "’") in shown
        assert "{team" not in shown
        assert "{{" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_texts_make_a_pdf_that_can_be_read_aloud(language: str) -> None:
    found = tuple(whole(name, language) for name in NAMES)
    made = pdf(render_html(Page(name="all", language=language, title="ADLER", lead="", blocks=found)))
    assert made.missing == ""
    assert checker.validate_pdf_bytes(made.content, profile="ua1").failures == []
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made.content, capture_output=True, check=True).stdout.decode()
    letters = re.sub(r"\W", "", read)
    assert [each.title for each in found if re.sub(r"\W", "", each.title) not in letters] == []


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_what_is_not_known_leaves_no_sentence_that_waits_for_it(name: str, language: str) -> None:
    for unknown in ([], *([each] for each in PLACEHOLDERS), [*PLACEHOLDERS]):
        found = section(name, language, {known: value for known, value in KNOWN.items() if known not in unknown})
        if found is None:
            continue
        assert not re.search(r"\{\w+\}|:\s*\.(?!\w)|\(\s*\)|,\s*,", render_markdown(one_page(found)))
        for block in _all(found):
            following = block.blocks if isinstance(block, Section) else ()
            for first, second in zip(following, [*following[1:], None], strict=False):
                if isinstance(first, Paragraph) and plain(first.text).endswith(":"):
                    assert isinstance(second, Items), (unknown, plain(first.text))


def _all(block: Block) -> Iterator[Block]:
    yield block
    for inner in block.blocks if isinstance(block, Section) else ():
        yield from _all(inner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_of_the_handout_that_a_text_names_exist(language: str) -> None:
    titles = {whole(name, language).title for name in NAMES}
    named = re.compile(r"(?:[Ll]a partie|Lisez d’abord) «\s*([^»]+?)\s*»" if language == "fr" else r"(?:[Tt]he part|Read) “([^”]+)”")
    found = {title for name in NAMES for title in named.findall(source(name, language))}
    assert len(found) >= 3
    assert found - {title.replace("\u00a0", " ") for title in titles} == set()


# Longer sentences are hard to read; a sentence ends with a full stop, a colon, a semicolon or its line.
MOST_WORDS = 30
AVOIDED = {
    "fr": {
        r"·|\w\(e\)|\w\(s\)|\w/\w+e\b": "a neutral word",
        r"\b(?:tu|toi|ton|tes)\b": "vous",
        r"\b(?:les|des|aux|un|le) (?:développeurs?|utilisateurs?|citoyens?|agents?|chefs?|directeurs?)\b": "a neutral word, or both forms",
        r"\b(?:mail|e-mail|process|deadline|feedback|stakeholders?|digital|implémenter)\b": "a French word",
        r"\b(?:afin de|au niveau de|dans le cadre de|en termes de|il convient de|veuillez|merci de)\b": "fewer words",
        r"\b(?:simplement|évidemment|facilement|bien sûr)\b": "nothing",
        r"[a-zà-ÿ] ?'": "’",
    },
    "en": {
        r"\b(?:he|she|his|her|him|guys|mankind|manned)\b": "they, or the person",
        r"\b(?:utili[sz]e|leverage|stakeholders?|in order to|due to the fact|please|kindly|facilitate|going forward)\b": "fewer words",
        r"\b(?:simply|obviously|easily|just|of course)\b": "nothing",
        r"\b(?:\w+n't|it's|you're|we'll)\b": "the long form",
        r"\w'": "’",
    },
}


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_sentences_are_short(name: str, language: str) -> None:
    read = [plain(text) for text in texts(whole(name, language))]
    sentences = [sentence for text in read for sentence in re.split(r"(?<=[.;:?!])\s+", text)]
    lists = {sentence for sentence in sentences if sentence.count(",") >= 5}  # a list of short things may be longer
    assert [sentence for sentence in sentences if len(re.findall(r"\w+", sentence)) > (45 if sentence in lists else MOST_WORDS)] == []


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_words_are_plain(name: str, language: str) -> None:
    read = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", source(name, language), flags=re.DOTALL)
    found = [f"{match[0]!r}: {instead}" for pattern, instead in AVOIDED[language].items() for match in re.finditer(pattern, read)]
    assert found == []


KEYS = {key for model in (TeamFile, Member, Machine, Project, Publish, Forward) for key in model.model_fields}


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_keys_of_the_teams_file_that_a_text_names_exist(name: str, language: str) -> None:
    coded = re.findall(r"(?<!`)`([a-z_]+)(?::[^`]*)?`(?!`)", source(name, language))
    assert {key for key in coded if key not in {"ssh", "sshfs", "n", "y", "yes", "root", "scp"}} <= KEYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_the_teams_file_are_right(language: str) -> None:
    text = source("ask_for_change", language).replace("{{", "{").replace("}}", "}")
    published, forwarded = (yaml.safe_load(found) for found in re.findall(r"`((?:publish|forward): [^`]+)`", text))
    assert Publish.model_validate(published["publish"][0]).port == 8080
    assert Forward.model_validate(forwarded["forward"][0]).public == 10222
    [members] = re.findall(r"```yaml\n(.*?)```", source("ssh_key", language), re.DOTALL)
    assert [*yaml.safe_load(members)["members"][0]] == ["username", "ssh_keys"]


def test_the_licences_are_those_of_the_decree() -> None:
    """D323-2-1, as decree 2021-1559 of 1 December 2021 left it."""
    families = {"MIT", "Apache", "BSD", "CeCILL-B", "GPL", "LGPL", "AGPL", "MPL", "CeCILL", "EUPL", "EPL"}
    for language in LANGUAGES:
        lists = re.findall(
            r"^- \*\*(?:permissive|à réciprocité|with reciprocity)s?\*\*\s?: ([^.]+)\.", source("open_code", language), re.MULTILINE
        )
        assert {name for found in lists for name in found.split(", ")} == families
