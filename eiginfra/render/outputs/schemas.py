"""The JSON Schemas of what commands print, made from the models that they print."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from eiginfra.render.outputs.base import Output
from eiginfra.render.outputs.bulletin import BulletinOutput
from eiginfra.render.outputs.journal import JournalDiffOutput, JournalListOutput, JournalShowOutput
from eiginfra.render.outputs.others import (
    AnsibleInventory,
    CheckOutput,
    ConfirmOutput,
    DoctorOutput,
    HandoutsOutput,
    ImportOutput,
    LabStatusOutput,
    PagesOutput,
    ReconcileLogLine,
)
from eiginfra.render.outputs.plans import ApplyOutput, DriftOutput, PlanOutput, PlanVerifyOutput
from eiginfra.render.outputs.review import ReviewOutput
from eiginfra.render.outputs.team import ExplainCodeOutput, ExplainOutput, HistoryOutput

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

OUTPUTS: Final[Mapping[str, type[Output]]] = {
    "output.apply": ApplyOutput,
    "output.bulletin": BulletinOutput,
    "output.check": CheckOutput,
    "output.confirm": ConfirmOutput,
    "output.doctor": DoctorOutput,
    "output.drift": DriftOutput,
    "output.explain": ExplainOutput,
    "output.explain.code": ExplainCodeOutput,
    "output.handouts": HandoutsOutput,
    "output.history": HistoryOutput,
    "output.import": ImportOutput,
    "output.inventory": AnsibleInventory,
    "output.journal.diff": JournalDiffOutput,
    "output.journal.list": JournalListOutput,
    "output.journal.show": JournalShowOutput,
    "output.lab.status": LabStatusOutput,
    "output.pages.build": PagesOutput,
    "output.plan": PlanOutput,
    "output.plan.verify": PlanVerifyOutput,
    "output.reconcile": ReconcileLogLine,
    "output.review": ReviewOutput,
}
"""By the names that `eiginfra schema` knows them by: `output.`, and the document's type."""


class _Complete(GenerateJsonSchema):
    """Of documents that have all keys of their models, those with a default, too."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002, FBT001 - pydantic's signature
        """Always."""
        return True


def output_schemas() -> dict[str, dict[str, Any]]:
    """The schemas by name."""
    return {name: _schema(name, model) for name, model in OUTPUTS.items()}


def _schema(name: str, model: type[Output]) -> dict[str, Any]:
    # What a machine does not have is left out of Ansible's form.
    generator = GenerateJsonSchema if model is AnsibleInventory else _Complete
    schema = model.model_json_schema(mode="serialization", schema_generator=generator)
    return {"$schema": DIALECT, **_untitled(schema), "title": f"eiginfra: {name.removeprefix('output.')}"}


def _untitled(schema: Any, *, names: bool = False) -> Any:
    """Without the titles that pydantic makes from names. names: the keys of this mapping are names, not JSON Schema's own."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _untitled(value, names=not names and key in {"properties", "$defs"}) for key, value in schema.items()}
    return inner if names else {key: value for key, value in inner.items() if key != "title"}
