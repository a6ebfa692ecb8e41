"""What all JSON documents share."""

import json
from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, ConfigDict

from eiginfra.core.finding import Finding
from eiginfra.core.reason import Reason
from eiginfra.core.text import in_json
from eiginfra.render.catalogue import spoken
from eiginfra.render.console import write_page


class Output(BaseModel):
    """A document. Each has a `type`, and a `format_version` that changes when a key goes or means something else; keys may be added."""

    model_config = ConfigDict(frozen=True)


class DatedOutput(Output):
    """A document that depends on the day. as_of: the day that was taken for today; None where the files could not even be read."""

    as_of: date | None
    as_of_is_today: bool | None


class FindingOutput(Finding):
    """A finding with its words, in the language of the terminal."""

    message: str
    remedy: str | None


class ReasonOutput(Reason):
    """A reason with its words, in the language of the terminal."""

    text: str

    @classmethod
    def given(cls, reason: Reason) -> "ReasonOutput":
        """The same reason in words."""
        return cls(code=reason.code, params=reason.params, text=spoken().told(reason))


def findings_output(findings: Iterable[Finding]) -> tuple[FindingOutput, ...]:
    """Findings with their words beside codes and parameters."""
    said = spoken()
    return tuple(FindingOutput(**dict(found), message=said.message(found), remedy=said.remedy(found)) for found in findings)


def document(body: Output, *, complete: bool = True) -> str:
    """The document as text, its keys sorted."""
    return json_text(body.model_dump(mode="json", by_alias=True, exclude_unset=not complete))


def write_document(body: Output, *, complete: bool = True) -> None:
    """The document on standard output. complete: False for forms of others, which leave out what is not set."""
    write_page(document(body, complete=complete) + "\n")


def json_text(body: object) -> str:
    """Any JSON value as text, as all documents are written."""
    return in_json(json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True))
