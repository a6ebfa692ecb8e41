"""A team's group and projects on GitLab."""

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Break, Code, Column, Inline, Link, Paragraph, Section, Status, Table, Text, joined
from eiginfra.handouts.views.team_view import ProjectView, TeamView


def gitlab_section(view: TeamView, language: Language) -> Section:
    """Where they are, who sees them, how they are cloned."""
    words = language.words
    groups: tuple[Inline, ...] = joined([Link(group.url, group.path) for group in view.groups])
    group = Paragraph((language.label("group"), *(groups or (Status(words["not_made"], "warn"),))))
    if not view.projects:
        return Section("gitlab", words["gitlab"], (group, Paragraph(words["no_projects"])))
    columns = tuple(Column(words[title]) for title in ("project", "visibility", "clone_ssh", "clone_http"))
    rows = tuple(_row(project, language) for project in view.projects)
    return Section("gitlab", words["gitlab"], (group, Table(words["projects_caption"], columns, rows)))


def _row(project: ProjectView, language: Language) -> tuple[Text, ...]:
    words = language.words
    if not project.made:
        return project.title, (Status(words["not_made"], "warn"),), "", ""
    title: tuple[Inline, ...] = (Link(project.url, project.title),)
    if not project.asked:
        title += (Break(), Status(words["not_asked"]))
    visibility = words.get(project.visibility, project.visibility)
    return title, visibility, (Code(project.ssh),) if project.ssh else "", (Code(project.http),) if project.http else ""
