"""Texts that look like other texts: told, since they may also be meant so."""

from collections.abc import Iterator
from typing import Any

from eiginfra.core.finding import Finding, warning
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.document import Document
from eiginfra.inventory.signs import code_point, encoded_labels, lookalikes

_Path = tuple[str | int, ...]


def check_lookalikes(cohort: Cohort) -> Iterator[Finding]:
    """A warning for each text of the files with letters of two scripts, or with a host name's label that is encoded."""
    yield from _of_document(cohort.document, cohort.file.model_dump(mode="json", exclude_unset=True), None)
    for team in cohort.teams:
        yield from _of_document(cohort.documents[team.id], team.model_dump(mode="json", exclude_unset=True, exclude={"id"}), team.id)


def _of_document(document: Document, data: Any, team: str | None) -> Iterator[Finding]:
    for path, text in _texts(data):
        for found in _of_text(text, team):
            yield found.model_copy(update={"location": document.locate(*path)})


def _of_text(text: str, team: str | None) -> Iterator[Finding]:
    if letters := lookalikes(text):
        points = [f"{letter} (U+{code_point(letter)})" for letter in letters[:5]]
        yield warning("mixed-scripts", text=text[:60], letters=points, team=team)
    for label, shown in encoded_labels(text):
        yield warning("encoded-label", label=label[:80], shown=shown[:60], team=team)


def _texts(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
