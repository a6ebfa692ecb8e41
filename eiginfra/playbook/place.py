"""Where something is written: a document and the path in it."""

from dataclasses import dataclass

from eiginfra.core.finding import Location
from eiginfra.inventory.document import Document


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written; called with a path below it (`locate("gitlab.group", "path")`) it tells the location."""

    document: Document
    path: tuple[str | int, ...] = ()

    def __call__(self, *path: str | int) -> Location:
        """The location of the value at that path, or of the nearest written one around it."""
        return self.document.locate(*self.path, *path)

    def key(self, *path: str | int) -> Location:
        """The location of the key that the path ends with."""
        return self.document.locate_key(*self.path, *path)

    def below(self, *path: str | int) -> "Place":
        """The place of what is written in it."""
        return Place(self.document, (*self.path, *path))
