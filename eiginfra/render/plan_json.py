"""A plan as JSON, for programs: what `eiginfra plan --out` saves, with the words of its findings beside their codes."""

import json

from eiginfra.core.plan import Plan
from eiginfra.core.text import in_json
from eiginfra.render.catalogue import spoken


def plan_json(plan: Plan) -> str:
    """The document; `Plan.from_json` reads it as well."""
    body, said = json.loads(plan.to_json()), spoken()
    for found, told in zip(plan.findings, body["findings"], strict=True):
        told |= {"message": said.message(found), "remedy": said.remedy(found)}
    return in_json(json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True))
