"""What people read of findings and reasons, in English: for tests that look at a sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eiginfra.core.errors import EiginfraError
from eiginfra.core.finding import Finding, error
from eiginfra.core.reason import Reason
from eiginfra.playbook.failure import PatternError
from eiginfra.playbook.templating import TemplateError
from eiginfra.render.catalogue import catalogue

ENGLISH = catalogue("en")


def message(found: Finding) -> str:
    """What it says."""
    return ENGLISH.message(found)


def remedy(found: Finding) -> str | None:
    """What to do about it."""
    return ENGLISH.remedy(found)


def told(reason: Reason) -> str:
    """A reason in words."""
    return ENGLISH.told(reason)


def waits(label: str, reason: Reason) -> str:
    """What waits, and for what."""
    return ENGLISH.waits(label, reason)


def problem(met: EiginfraError) -> str:
    """An error in words, a line for each finding."""
    return ENGLISH.problem(met)


def failure(failed: TemplateError | PatternError) -> Finding:
    """The finding that a template or a pattern becomes."""
    return error(failed.code, failed.params, advice=failed.advice)


def line(found: Finding) -> str:
    """A finding in one line: place, severity, message, remedy."""
    return ENGLISH.line(found)


@contextmanager
def raises(expected: type[EiginfraError], match: str) -> Iterator[pytest.ExceptionInfo[EiginfraError]]:
    """As pytest's, by what people read of the findings."""
    with pytest.raises(expected) as caught:
        yield caught
    assert re.search(match, problem(caught.value)), problem(caught.value)
