"""The names of the formats. Quick to import: options are made of them."""

from enum import StrEnum


class Format(StrEnum):
    """How a report is written.

    text: for a terminal. markdown: for a note or a job's summary. json: for programs, with a JSON Schema. codequality: GitLab's Code
    Quality report. github: workflow commands of GitHub Actions. junit: JUnit's XML, for what shows test results.
    """

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    CODEQUALITY = "codequality"
    GITHUB = "github"
    JUNIT = "junit"
