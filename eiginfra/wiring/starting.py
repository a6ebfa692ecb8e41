"""A new repository: a cohort with its first team, the servers to practise on and the real ones to fill in, CI, and what editors need."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from eiginfra import __version__
from eiginfra.core.errors import UsageError
from eiginfra.core.reason import Reason
from eiginfra.inventory.fields import TEAM_ID, Matching
from eiginfra.inventory.remedies import slug
from eiginfra.inventory.schema import schemas
from eiginfra.inventory.yaml_text import flow, scalar
from eiginfra.playbook.schema import schema as playbook_schema
from eiginfra.render.catalogue import spoken
from eiginfra.wiring.files import create_file
from eiginfra.wiring.first_files import every_file, filled
from eiginfra.wiring.providers import described, sections

TEN_MONTHS = timedelta(days=304)


@dataclass(frozen=True)
class Beginning:
    """What a new repository is made of. Days are those of the cohort, the first and the last."""

    cohort: str
    team: str
    starts: date
    ends: date
    cohort_title: str
    team_title: str
    administration: str
    contact: str


def sure_id(text: str, form: Matching = TEAM_ID) -> str:
    """The id of a cohort or a team, which is the name of a file or folder. Raises UsageError for what is none."""
    if form.fits(text):
        return text
    advice: Reason = form.advice(text)
    raise UsageError(f"{text!r} is no id: {spoken().told(advice)}")


def cohort_text(values: Beginning, schemas_at: str) -> str:
    """The file of a new cohort. schemas_at: the folder of the JSON Schemas, as seen from the file."""
    return filled(
        "cohort.yml",
        {
            "schemas": schemas_at,
            "cohort": scalar(values.cohort),
            "title": scalar(values.cohort_title),
            "starts": scalar(values.starts.isoformat()),
            "ends": scalar(values.ends.isoformat()),
            "contact_role": flow("Équipe d’animation"),
            "contact": flow(values.contact),
        },
    )


def team_text(title: str, administration: str, schemas_at: str) -> str:
    """The file of a new team, without anybody in it."""
    return filled("team.yml", {"schemas": schemas_at, "title": scalar(title), "administration": scalar(administration)})


def repository(values: Beginning) -> Mapping[str, str]:
    """All files of a new repository by their paths in it."""
    named = {"cohort": sure_id(values.cohort), "team": sure_id(values.team), "version": __version__}
    example = {**named, "project": scalar(slug(values.team_title) or values.team), "title": flow(values.team_title)}
    inventory = f"inventories/{values.cohort}"
    every = {**schemas(sections()), "playbook": playbook_schema(described().registry())}
    return {
        **dict(every_file(named)),
        f"{inventory}/cohort.yml": cohort_text(values, "../../schemas"),
        f"{inventory}/teams/{values.team}.yml": (
            team_text(values.team_title, values.administration, "../../../schemas") + filled("example.yml", example)
        ),
        **{f"schemas/{name}.schema.json": _json(body) for name, body in sorted(every.items())},
    }


def begin(folder: Path, values: Beginning, on_file: Callable[[Path], None] = lambda _: None) -> None:
    """Write them into a folder that is not there or empty; one that holds only `.git` is. Raises UsageError for another."""
    if folder.exists() and (not folder.is_dir() or any(entry.name != ".git" for entry in folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder; nothing is overwritten")
    for name, text in repository(values).items():
        path = folder / name
        create_file(path, text.encode())
        on_file(path)


def _json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
