"""What templates see of the sections that other packages' providers have in the site file: all their fields but secrets."""

from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from datetime import date
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel

from eiginfra.core.secret import SecretSource
from eiginfra.inventory.site import SiteFile
from eiginfra.playbook.views import Site, View


def with_sections(site: Site, file: SiteFile) -> Site:
    """The site's view with the sections that only `file`'s model knows; one that is not written is None."""
    more = [name for name in type(file).model_fields if name not in SiteFile.model_fields]
    if not more:
        return site
    kind = make_dataclass("SiteView", more, bases=(Site,), frozen=True, slots=True, repr=False)
    own = {field.name: getattr(site, field.name) for field in fields(site)}
    view: Site = kind(**own, **{name: _plain(name, getattr(file, name)) for name in more})
    return view


def section_view(noun: str, model: BaseModel) -> View:
    """A view with the model's fields; models in it are views, too, and what is neither number, date nor truth value is text."""
    names = [name for name, field in type(model).model_fields.items() if not _secret(field.annotation)]
    kind = make_dataclass("SectionView", names, bases=(View,), namespace={"noun": noun}, frozen=True, slots=True, repr=False)
    view: View = kind(**{name: _plain(name, getattr(model, name)) for name in names})
    return view


def _secret(annotation: Any) -> bool:
    return annotation is SecretSource or any(_secret(part) for part in get_args(annotation))


def _plain(name: str, value: Any) -> Any:
    match value:
        case Enum():
            return _plain(name, value.value)
        case BaseModel():
            return section_view(f"section {name}", value)
        case None | bool() | int() | float() | date() | str():
            return value
        case Mapping():
            return {key: _plain(name, item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return tuple(_plain(name, item) for item in value)
        case _:
            return str(value)
