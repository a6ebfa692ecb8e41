"""What is changed in a page before it becomes a PDF."""

import tinyhtml5

from eiginfra.handouts.rendering.pdf_page import prepare

ACCENTED = "e\u0301" * 20
SVG = "{http://www.w3.org/2000/svg}"


def test_a_drawing_is_named_after_what_is_beside_it_and_has_the_light_colours_of_its_theme() -> None:
    rules = (
        ":root { --accent: #111111; --warn: var(--deep); --deep: #222222 } svg { fill: none; color: var(--accent) }"
        "svg.warn { color: var(--warn) }"
        "@media screen and (prefers-color-scheme: dark) { :root { --accent: #eeeeee } } :root { --accent: #333333 }"
    )
    row = '<table><tr><th>Memory</th><td><svg class="bar{}" aria-hidden="true"></svg></td></tr></table>'
    root = tinyhtml5.parse(f"<style>{rules}</style>{row.format('')}{row.format(' warn')}", namespace_html_elements=False)
    prepare(root, "")
    drawings = [*root.iter(f"{SVG}svg")]
    assert [each.get("color") for each in drawings] == ["#333333", "#222222"]
    assert [each.findtext(f"{SVG}title") for each in drawings] == ["Memory", "Memory"]


def test_long_words_can_be_broken_but_not_between_a_letter_and_its_accent() -> None:
    root = tinyhtml5.parse(f"<p>short {'x' * 25}</p><p>{ACCENTED}</p>", namespace_html_elements=False)
    prepare(root, "")
    plain, accented = [each.text or "" for each in root.iter("p")]
    assert plain == f"short {'x' * 10}\u200b{'x' * 10}\u200b{'x' * 5}"
    assert "\u200b\u0301" not in accented
    assert accented.replace("\u200b", "") == ACCENTED
