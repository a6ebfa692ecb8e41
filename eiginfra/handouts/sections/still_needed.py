"""Which machines may not be needed any more: for the team that is asked, and for who asks all teams."""

from collections.abc import Iterable

from eiginfra.handouts.facts import Facts
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Code, Inline, Item, Items, Paragraph, Section, Text
from eiginfra.handouts.sizing.cohort_sizing import SizingView
from eiginfra.handouts.sizing.languages import SIZING_LANGUAGES
from eiginfra.handouts.sizing.still_needed import AskReason, MachineQuestion, next_question, still_needed
from eiginfra.inventory.cohort import Cohort


def still_needed_section(team: str, view: SizingView, cohort: Cohort, facts: Facts, code: str) -> Section | None:
    """A section of a team's handout; None where there is nothing to ask it. code: of the language."""
    questions = still_needed(team, view.machines, facts)
    if not questions:
        return None
    language = SIZING_LANGUAGES[code]
    day = language.date(next_question(cohort.file.starts, facts.day))
    blocks = (Paragraph(language.text("needed_team", day)), _items(questions, language), Paragraph(language.words["needed_action"]))
    return Section("still-needed", language.words["needed"], blocks)


def all_questions(view: SizingView, cohort: Cohort, facts: Facts, language: Language) -> Section:
    """What is asked of all teams, team by team. language: one of SIZING_LANGUAGES."""
    day = language.date(next_question(cohort.file.starts, facts.day))
    asked = [(team, still_needed(team.id, view.machines, facts)) for team in cohort.teams]
    teams = tuple(Item(team.title, (_items(questions, language),)) for team, questions in asked if questions)
    rest: Block = Items(teams) if teams else Paragraph(language.words["needed_nothing"])
    return Section("still-needed", language.words["needed"], (Paragraph(language.text("needed_lead", day)), rest))


def _items(questions: Iterable[MachineQuestion], language: Language) -> Items:
    return Items(tuple(_question(question, language) for question in questions))


def _question(question: MachineQuestion, language: Language) -> Text:
    reasons: list[Inline] = []
    for reason in question.reasons:
        day = {
            AskReason.STOPPED: question.machine.stopped_since,
            AskReason.NO_COMMITS: question.last_commit,
            AskReason.OLD: question.changed,
        }.get(reason)
        said = language.text(f"ask_{reason}", *(() if day is None else (language.date(day),)))
        reasons += [*((", ",) if reasons else ()), *said]
    return Code(question.machine.host), f"{language.words['colon']} ", *reasons
