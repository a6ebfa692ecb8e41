"""The bulletin as a page, in a language: Markdown that people finish."""

from collections.abc import Iterator
from dataclasses import dataclass

from eiginfra.handouts.bulletin import Bulletin, BulletinEnd, FirstChange, UpcomingEvent
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Code, Column, Inline, Items, Link, Note, Page, Paragraph, Section, Strong, Table, Text
from eiginfra.handouts.rendering.markdown import GENERATOR, render_markdown
from eiginfra.inventory.cohort import Cohort


@dataclass(frozen=True)
class BulletinPage:
    """What its sections are made of."""

    bulletin: Bulletin
    cohort: Cohort
    language: Language
    is_today: bool = True

    def page(self) -> Page:
        """Sections of which there is nothing to tell are left out."""
        words, told = self.language.words, self.bulletin
        days = (self.language.day(told.since), self.language.day(told.until))
        lead = words["bulletin_lead_internal" if told.internal else "bulletin_lead"]
        blocks: list[Block] = [Section(name, words[f"bulletin_{name}"], tuple(found)) for name, found in self._sections() if found]
        if not self.is_today:
            blocks.insert(0, Note(self.language.text("bulletin_as_of_set", self.language.date(told.until))))
        if told.empty:
            blocks.append(Paragraph(words["bulletin_nothing"]))
        return Page(
            name="bulletin",
            language=self.language.code,
            title=words["bulletin_title"] % (self.cohort.file.title, *days),
            lead=lead,
            blocks=tuple(blocks),
            description=lead,
        )

    def markdown(self) -> str:
        """Without the line by which eiginfra knows its own files: this one is people's as soon as it is written."""
        return render_markdown(self.page()).removeprefix(f"{GENERATOR}\n\n")

    def _sections(self) -> Iterator[tuple[str, list[Block]]]:
        told, on = self.bulletin, self.language.date
        releases = [self._entry(one.team, one.project, Link(one.url, one.name), ", ", on(one.day)) for one in told.releases]
        yield "releases", _items(releases)
        opened = [
            self._entry(one.team, Link(one.url, one.project), self.language.words["bulletin_new"] if one.new else "", ", ", on(one.day))
            for one in told.opened
        ]
        yield "opened", _items(opened)
        yield "firsts", _items([self._first(one) for one in told.firsts])
        yield "merged", self._merged()
        yield "calls", list(self._calls())
        yield "events", _items([self._event(one) for one in told.events])
        yield "ending", _items([self._ending(one) for one in told.ending])
        parts = {name: self.language.words[f"bulletin_{name}"] for name in ("releases", "merged", "calls")}
        unknown = [self._entry(one.team, one.project, ", ".join(parts[name] for name in one.parts)) for one in told.unknown]
        yield "unknown", _items(unknown)

    def _title(self, team: str) -> str:
        return self.cohort.team(team).title

    def _entry(self, team: str, about: Inline, *more: Inline) -> Text:
        """`**ADLER** – API ADLER – …`."""
        head: tuple[Inline, ...] = (Strong((self._title(team),)), " – ", about)
        rest = [part for part in more if part != ""]
        separated = rest if rest and rest[0] == ", " else [" – ", *rest]
        return (*head, *separated) if rest else head

    def _first(self, one: FirstChange) -> Text:
        words = self.language.words
        who: tuple[Inline, ...] = (Code(one.author),) if one.author else (words["bulletin_somebody"],)
        if one.of_team is not None:
            who = (*who, *self.language.text("bulletin_of_team", self._title(one.of_team)))
        return (
            *self._entry(one.team, one.project, Link(one.url, one.title)),
            f" {words['bulletin_by']} ",
            *who,
            ", ",
            self.language.date(one.day),
        )

    def _merged(self) -> list[Block]:
        words = self.language.words
        columns = (
            Column(words["team_name"]),
            Column(words["bulletin_merged"], number=True),
            Column(words["bulletin_outside"], number=True),
        )
        rows = tuple((self._title(one.team), str(one.merged), str(one.outside)) for one in self.bulletin.merged)
        return [Table(words["bulletin_merged"], columns, rows)] if rows else []

    def _calls(self) -> Iterator[Block]:
        for number, label in enumerate(dict.fromkeys(call.label for call in self.bulletin.calls), start=1):
            entries = [
                self._entry(call.team, call.project, Link(call.url, call.title), ", ", self.language.date(call.day))
                for call in self.bulletin.calls
                if call.label == label
            ]
            yield Section(f"calls-{number}", label, tuple(_items(entries)))

    def _event(self, one: UpcomingEvent) -> Text:
        days: tuple[Inline, ...] = (self.language.date(one.starts),)
        if one.ends != one.starts:
            days = self.language.text("from_to", self.language.date(one.starts), self.language.date(one.ends))
        place = f", {one.place}" if one.place else ""
        return (Link(one.url, one.title) if one.url else one.title, " – ", *days, place)

    def _ending(self, one: BulletinEnd) -> Text:
        day = self.language.date(one.day)
        if one.sort == "cohort":
            return self.language.text("bulletin_ends_cohort", day)
        ends = self.language.text(f"bulletin_ends_{one.sort}", one.what, day)
        return ends if one.team is None else (Strong((self._title(one.team),)), " – ", *ends)


def _items(entries: list[Text]) -> list[Block]:
    return [Items(tuple(entries))] if entries else []
