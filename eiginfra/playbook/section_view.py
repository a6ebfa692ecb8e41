"""What templates see of the sections that other packages' providers have in the site file: all their fields but secrets."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel

from eiginfra.core.secret import KeySource, SecretSource
from eiginfra.inventory.site import SiteFile
from eiginfra.playbook.place import Place
from eiginfra.playbook.views import View


def with_sections(site: View, file: SiteFile) -> View:
    """The site's view with the sections that only `file`'s model knows; one that is not written is None."""
    more = [name for name in type(file).model_fields if name not in SiteFile.model_fields]
    return site.having({name: _plain(name, getattr(file, name), site.place.below(name)) for name in more}) if more else site


def section_view(noun: str, model: BaseModel, place: Place) -> View:
    """A view with the model's fields; models in it are views, too, and what is neither number, date nor truth value is text."""
    names = [name for name, field in type(model).model_fields.items() if not _secret(field.annotation)]
    return View(noun, {name: _plain(name, getattr(model, name), place.below(name)) for name in names}, place)


def _secret(annotation: Any) -> bool:
    return annotation in (SecretSource, KeySource) or any(_secret(part) for part in get_args(annotation))


def _plain(name: str, value: Any, place: Place) -> Any:
    match value:
        case Enum():
            return _plain(name, value.value, place)
        case BaseModel():
            return section_view(f"section {name}", value, place)
        case None | bool() | int() | float() | date() | str():
            return value
        case Mapping():
            return {key: _plain(name, item, place.below(str(key))) for key, item in value.items()}
        case list() | tuple():
            return tuple(_plain(name, item, place.below(index)) for index, item in enumerate(value))
        case set() | frozenset():
            return tuple(_plain(name, item, place) for item in value)
        case _:
            return str(value)
