"""Every kind's page has an example that its spec knows, and says what is never done."""

import re
from pathlib import Path

import pytest
import yaml

from eiginfra.playbook.model import WAS
from eiginfra.providers.gitlab.kinds import all_kinds

DOCS = Path(__file__).parents[4] / "docs" / "kinds"


@pytest.mark.parametrize("kind", all_kinds(None), ids=lambda kind: kind.name)
def test_a_page_has_an_example_and_what_is_never_done(kind):
    page = (DOCS / f"{kind.name}.md").read_text(encoding="utf-8")
    tasks = [task for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) for task in yaml.safe_load(block)]
    examples = [task[kind.name] for task in tasks if kind.name in task]
    assert examples
    required = {name for name, field in kind.spec.model_fields.items() if field.is_required()}
    for example in examples:
        assert required <= set(example) <= {*kind.spec.model_fields, WAS}
    assert "\n**Never**: " in page
