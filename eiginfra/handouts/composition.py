"""From a cohort and what was seen of it to all its handouts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.files.output_folder import PageFile
from eiginfra.handouts.index import index_page
from eiginfra.handouts.names import INDEX
from eiginfra.handouts.page import Page
from eiginfra.handouts.person import person_page
from eiginfra.handouts.team import team_page


@dataclass(frozen=True)
class HandoutsAsked:
    """Which handouts. teams: by id; None: all, and the index. endings: of the files."""

    teams: Collection[str] | None = None
    endings: tuple[str, ...] = (".html", ".md")


EVERYTHING = HandoutsAsked()


def compose(context: HandoutContext, asked: HandoutsAsked = EVERYTHING) -> Iterator[Page]:
    """The index, and a page for each team and each person, none with a day yet.

    Nothing is stated to exist that is not among what was observed; no secret and nobody's e-mail but the contacts' is on them.
    """
    if asked.teams is None:
        yield index_page(context)
    for view in context.views.values():
        if asked.teams is None or view.team.id in asked.teams:
            yield team_page(view, context)
            if context.persons:
                yield from (person_page(person, view, context) for person in view.people if person.place != "other")


def handout_files(contexts: Sequence[HandoutContext], asked: HandoutsAsked = EVERYTHING) -> Iterator[PageFile]:
    """All files; where there are several languages, those of each in a folder of its own."""
    for context in contexts:
        folder = PurePath(context.language.code) if len(contexts) > 1 else PurePath()
        for page in compose(context, asked):
            is_index = page.name == INDEX
            for ending in asked.endings:
                if not (is_index and ending == ".pdf"):
                    yield PageFile(folder / f"{page.name}{ending}", page, context.language, looked_at=is_index)
