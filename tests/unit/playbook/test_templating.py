import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.words import failure, message, remedy

from eiginfra.core.finding import Location
from eiginfra.core.values import ByteSize
from eiginfra.playbook.sandbox import MAX_RANGE, MAX_TEXT, Environment
from eiginfra.playbook.templating import GLOBALS, TemplateError, Variables, expression, read_value, template
from eiginfra.playbook.views import View
from eiginfra.wiring.providers import filters

from .conftest import place

HERE = Location(file="site.yml", line=3, column=5)
PERSON = View(
    "person",
    {
        "username": "adler-1",
        "name": "Dev",
        "email": "a@example.org",
        "role": "developer",
        "until": date(2020, 7, 1),
        "ssh_keys": (),
        "leaves": date(2020, 7, 1),
    },
    place("adler.yml"),
)
NAMES: dict[str, Any] = {
    "size": ByteSize.parse("1GiB"),
    "day": date(2020, 7, 1),
    "person": PERSON,
    "people": (PERSON,),
    "title": "Karfu’R",
    "nothing": None,
    "cfg": {"items": 5, "a": {"b": [1, 2]}},
}


ENVIRONMENT = Environment(filters())


def evaluate(source: str, **names: Any) -> Any:
    return template(source, HERE, ENVIRONMENT).evaluate(Variables({**GLOBALS, **NAMES, **names}))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ 5 }}", 5),
        ("{{ 5 }} ", "5 "),
        ("{{ 5 }}\n", 5),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("{{ '5' }}", "5"),
        ("{{ none }}", None),
        ("{{ omit }}", None),
        ("{{ nothing }}", None),
        ("{{ nothing or omit }}", None),
        ("{{ true }}", True),
        ("{{ [1, '2'] }}", [1, "2"]),
        ("{{ {'a': 1} }}", {"a": 1}),
        ("{{ size }}", ByteSize.parse("1GiB")),
        ("at {{ size }}", "at 1GiB"),
        ("{{ day }}", date(2020, 7, 1)),
        ("until {{ day }}", "until 2020-07-01"),
        ("{{ day.year }}", 2020),
        ("{{ person }}", PERSON),
        ("{{ people }}", [PERSON]),
        ("{{ people | map(attribute='username') }}", ["adler-1"]),
        ("{{ people | selectattr('role', 'eq', 'mentor') }}", []),
        ("{{ people | map(attribute='username') | join(', ') }}", "adler-1"),
        ("{{ people | gitlab_access }}", [{"username": "adler-1", "access": "developer", "expires": date(2020, 7, 2)}]),
        ("{{ people | proxmox_users('pve') }}", [{"user": "adler-1@pve"}]),
        ("{{ people[0].username }}", "adler-1"),
        ("{{ people[:1] | length }}", 1),
        ("{{ title | slug }}", "karfu-r"),
        ("{{ 'Médias Sociaux !' | slug }}", "medias-sociaux"),
        ("{{ title | lower | replace('’', '-') }}", "karfu-r"),
        ("{{ 'a/b'.split('/') }}", ["a", "b"]),
        ("{{ cfg.items }}", 5),
        ("{{ cfg.a.b[1] }}", 2),
        ("{{ cfg.get('x', 7) }}", 7),
        ("{{ cfg.x | default('y') }}", "y"),
        ("{{ cfg.x is defined }}", False),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ 'a' * 3 }}", "aaa"),
        ("{{ 7 % 4 }}", 3),
        ("{{ 7 + 4 }}", 11),
        ("{{ 'a' + 'b' }}", "ab"),
        ("{{ ['a'] + people | map(attribute='username') | list + person.ssh_keys }}", ["a", "adler-1"]),
        ("{{ 2 ** 10 }}", 1024),
        ("{{ 'yes' if day else 'no' }}", "yes"),
        ("{% if nothing %}x{% else %}{{ 5 }}{% endif %}", 5),
        ("{% if nothing %}x{% endif %}", ""),
        ("a{# left out #}b", "ab"),
        ("{{ '{{ 7*7 }}' }}", "{{ 7*7 }}"),
    ],
)
def test_keeps_types(source: str, value: Any) -> None:
    result = evaluate(source)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize("text", ["1e5", "[1,2]", "True", "None", "{'a': 1}", "007", "", "{{ 7*7 }}", "{% raw %}", "' or 1", "  5"])
def test_text_of_teams_stays_that_text(text: str) -> None:
    assert evaluate("{{ text }}", text=text) == text
    assert evaluate("<{{ text }}>", text=text) == f"<{text}>"
    assert evaluate("{{ text }}{{ text }}", text=text) == text + text
    assert evaluate("{{ [text] }}", text=text) == [text]


@given(st.text())
def test_any_text_of_teams_stays_that_text(text: str) -> None:
    assert evaluate("{{ text }}", text=text) == text
    assert evaluate("a {{ text }}", text=text) == f"a {text}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ cycler }}",
        "{{ lipsum.__globals__ }}",
        "{{ joiner('x') }}",
        "{{ namespace(a=1) }}",
        "{{ dict(a=1) }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ range.__init__ }}",
        "{{ range }}",
        "{{ person.__class__ }}",
        "{{ person.__dataclass_fields__ }}",
        "{{ person.__getstate__() }}",
        "{{ person.noun }}",
        "{{ person.place }}",
        "{{ person.where('name') }}",
        "{{ person._values }}",
        "{{ (people | gitlab_access)[0].view }}",
        "{{ (people | gitlab_access | first).keys_of }}",
        "{{ person | attr('__class__') }}",
        "{{ people | map(attribute='__class__') | list }}",
        "{{ people | map('attr', '__class__') | list }}",
        "{{ people | groupby('__class__') }}",
        "{{ people | selectattr('__class__.__name__', 'eq', 'x') }}",
        "{{ '{0.__class__}'.format(5) }}",
        "{{ '{0.__class__}' | format(5) }}",
        "{{ '%s' % person }}",
        "{{ ''.join }}",
        "{{ 'x'.upper.__self__ }}",
        "{{ cfg.update({}) }}",
        "{{ cfg.__init__ }}",
        "{{ (1).to_bytes(9) }}",
        "{{ size.parse('1GiB') }}",
        "{{ size.real }}",
        "{{ day.replace(year=1) }}",
        "{{ day.strftime('%s') }}",
        "{{ undefined_name.__class__ }}",
        "{{ [cfg.x] }}",
        "{{ {'a': cfg.x} }}",
        "{{ 'x' if false }}",
        "{% set x = 1 %}{{ x }}",
        "{% import 'x' as y %}",
        "{% include '/etc/passwd' %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% call x() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% block x %}{% endblock %}",
        "{% with x = 1 %}{{ x }}{% endwith %}",
        "{% for x in range(9) %}{{ x }}{% endfor %}",
    ],
)
def test_nothing_leads_out_of_the_sandbox(source: str) -> None:
    with pytest.raises(TemplateError) as caught:
        evaluate(source)
    assert caught.value.location == HERE
    assert "object at 0x" not in str(caught.value)


DOUBLING = {"a0": "x" * 1000, **{f"a{n}": f"{{{{ [a{n - 1}, a{n - 1}] }}}}" for n in range(1, 25)}}


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 10 ** 9 }}",
        "{{ 10 ** 9 * [0] }}",
        "{{ 10 ** (10 ** 10) }}",
        "{{ 10 ** -(10 ** 10) }}",
        "{{ (10 ** 1000) * (10 ** 1000) * (10 ** 1000) }}",
        "{{ range(10 ** 9) }}",
        "{{ range(10 ** 30) }}",
        "{{ range(1000) | join('a' * 60000) }}",
        "{{ ('a' * 1000) | replace('a', 'b' * 60000) }}",
        "{{ ('a' * 60000) | replace('', 'b' * 60000) }}",
        "{{ 'a' | center(10 ** 9) }}",
        "{{ 'a'.ljust(10 ** 9) }}",
        "{{ 'a'.zfill(10 ** 9) }}",
        "{{ 'a' | indent(10 ** 9) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ [1] | slice(10 ** 9) }}",
        "{{ [1] | batch(10 ** 9, 1) }}",
        "{{ lipsum(10 ** 6) }}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{{ c }}{% endfor %}{% endfor %}{% endfor %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ 1" + " + 1" * 5000 + " }}",
        "{{ " + "9" * 5000 + " }}",
        "x" * MAX_TEXT + "{{ 1 }}",
    ],
)
def test_templates_cannot_run_away(source: str) -> None:
    began = time.process_time()
    with pytest.raises(TemplateError):
        evaluate(source)
    assert time.process_time() - began < 5


def test_variables_cannot_double_each_other_without_end() -> None:
    values = {name: read_value(raw, lambda *_: HERE, []) for name, raw in DOUBLING.items()}
    with pytest.raises(TemplateError, match="template-too-many"):
        template("{{ a24 }}", HERE).evaluate(Variables(dict(GLOBALS), values))


def test_what_is_within_bounds_is_let_through() -> None:
    assert evaluate(f"{{{{ range({MAX_RANGE}) | length }}}}") == MAX_RANGE
    assert evaluate("{{ 'a' * 60000 }}") == "a" * 60_000


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ person.usernam }}", "a person has no 'usernam'; did you mean 'username'?"),
        ("{{ person.size }}", "choose among email, leaves, name, role"),
        ("{{ cfg.a.c }}", "a mapping has no 'c'; there is only b"),
        ("{{ nothing.x }}", "'x' is asked of a value that is not set (None)"),
        ("{{ nothing.x.y }}", "'x' is asked of a value that is not set (None)"),
        ("a{{ nothing }}", "nothing (None) stands inside text; give a value with `or`"),
        ("a{{ people }}", "a list stands inside text"),
        ("a{{ person }}", "a person stands inside text"),
        ("{{ title.upper }}", "the result is a function, not a value; call it, or use a filter"),
        ("{{ 1 / 0 }}", "a division by zero"),
        ("{{ people[7] }}", "a list has no element 7"),
        ("{{ [] | first }}", "no first item, sequence was empty"),
        ("{{ title + 5 }}", "can only concatenate str"),
        ("{{ nothing | length }}", "a value that is not set (None) is used"),
        ("{{ title | gitlab_access }}", "gitlab_access takes people, such as team.people, not text"),
        ("{{ title | proxmox_users('pve') }}", "proxmox_users takes people, such as team.people, not text"),
        ("{{ title | gitlab_acces }}", "there is no filter 'gitlab_acces'"),
        ("{{ title is defind }}", "there is no test 'defind'"),
        ("{{ title | map('nofilter') }}", "no filter named 'nofilter'"),
        ("{{ title", "the template cannot be read"),
        ("{{ }}", "the template cannot be read"),
        ("{% endfor %}", "the template cannot be read"),
    ],
)
def test_errors_are_sentences(source: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        evaluate(source)
    found = failure(caught.value)
    assert said in f"{message(found)}; {remedy(found)}"


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("title | uper", "did you mean 'upper'?"),
        ("{{ title }}", "without {{ }}"),
        ("title title", None),
        ("", None),
        ("title }} {{ title", None),
    ],
)
def test_a_bare_expression_that_is_none(source: str, advice: str | None) -> None:
    with pytest.raises(TemplateError) as caught:
        expression(source, HERE)
    assert advice is None or advice in (remedy(failure(caught.value)) or "")


def test_variables_are_evaluated_once_and_only_when_used() -> None:
    problems: list[TemplateError] = []
    values = {
        name: read_value(raw, lambda *_: HERE, problems)
        for name, raw in {"space": "eig/{{ team }}", "deep": {"path": ["{{ space }}/x"]}, "broken": "{{ nothing.x }}", "plain": 3}.items()
    }
    assert problems == []
    outer = Variables({**GLOBALS, "team": "adler", "nothing": None}, values)
    inner = Variables({"item": "api"}, {"own": read_value("{{ space }}/{{ item }}", lambda *_: HERE, problems)}, outer)
    assert template("{{ own }}", HERE).evaluate(inner) == "eig/adler/api"
    assert template("{{ deep }}", HERE).evaluate(inner) == {"path": ["eig/adler/x"]}
    assert template("{{ plain }}", HERE).evaluate(inner) == 3
    with pytest.raises(TemplateError):
        template("{{ broken }}", HERE).evaluate(inner)


def test_the_names_of_a_template_are_known() -> None:
    assert template("{{ a.b | default(c) }} {{ range(d) }}", HERE).names == {"a", "c", "range", "d"}


def test_every_value_of_a_view_can_be_read() -> None:
    for name in PERSON.names:
        assert evaluate(f"{{{{ person.{name} | string }}}}") == str(PERSON.read(name))


def test_what_holds_the_values_of_a_view_cannot_be_read() -> None:
    for name in (*View.__slots__, *vars(View)):
        with pytest.raises(TemplateError):
            evaluate(f"{{{{ person.{name} }}}}")


@given(st.text(alphabet="{}%# a.b|()'[]=~_", max_size=25))
def test_any_source_gives_a_value_or_a_template_error(source: str) -> None:
    with suppress(TemplateError):
        json.dumps(template(source, HERE).evaluate(Variables({**GLOBALS, "a": {"b": [1]}, "b": "x"})))


def test_values_reach_specs_with_their_types(evaluated: Callable[..., Any]) -> None:
    assert evaluated("{{ team.title }}") == "ADLER"
    assert evaluated("{{ 12 }}") == 12
    assert evaluated("{{ '12' }}") == "12"
    assert evaluated("{{ a }}", a="[1,2]") == "[1,2]"
