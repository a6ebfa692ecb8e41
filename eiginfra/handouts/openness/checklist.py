"""A project's check list: what its server, its files and its website showed, and what the inventory says."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.website import WebsiteAnswer
from eiginfra.handouts.openness.licences import ALLOWED, family, licence_of
from eiginfra.handouts.openness.point import OpennessPoint, unseen
from eiginfra.handouts.openness.publiccode import UnreadableError, missing_keys
from eiginfra.handouts.openness.readme import SHORTEST, missing_in
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Project, Team
from eiginfra.inventory.openness import ARTICLES
from eiginfra.inventory.remedies import slug

QUIET: Final = timedelta(days=90)
"""Without a commit for longer, a project's README has to say whether it goes on."""
POINTS: Final = (
    "published",
    "description",
    "topics",
    "readme",
    "licence",
    "contributing",
    "publiccode",
    "website",
    "release",
    "commits",
    "issues",
)
"""The codes of all points, in the order in which a team takes them."""
_LITTLE: Final = frozenset({"d", "de", "des", "du", "et", "for", "l", "la", "le", "les", "of", "the", "and"})


def openness(
    cohort: Cohort,
    team: Team,
    project: Project,
    seen: ProjectActivity | None,
    *,
    websites: Mapping[str, WebsiteAnswer],
    day: date,
) -> tuple[OpennessPoint, ...]:
    """A project's points, as POINTS has them. seen: None where nobody could look at it."""
    published = _published(cohort, team, project, seen, day)
    if seen is None:
        return published, *map(unseen, POINTS[1:])
    return published, *_points(cohort, team, project, seen), *_looked(project, seen, websites, day)


def progress(points: Iterable[OpennessPoint]) -> tuple[int, int]:
    """How many points are done, of how many that somebody saw."""
    seen = [point.done for point in points if point.done is not None]
    return sum(seen), len(seen)


def website_of(project: Project, seen: ProjectActivity | None) -> str:
    """The project's website: the server's, else the inventory's; empty without."""
    return (seen.website if seen is not None else "") or project.website or ""


def _points(cohort: Cohort, team: Team, project: Project, seen: ProjectActivity) -> Iterator[OpennessPoint]:
    """What the project itself shows."""
    yield _description(seen)
    yield _topics(cohort, team, seen)
    if "files" in seen.unread:
        yield from map(unseen, ("readme", "licence", "contributing", "publiccode"))
    else:
        yield _readme(cohort, team, seen.files)
        yield _licence(project, seen.files)
        yield OpennessPoint("contributing", "CONTRIBUTING" in seen.files, "there" if "CONTRIBUTING" in seen.files else "none")
        yield _publiccode(seen.files)


def _looked(project: Project, seen: ProjectActivity, websites: Mapping[str, WebsiteAnswer], day: date) -> Iterator[OpennessPoint]:
    """Whether it lives, and can be met."""
    yield _website(website_of(project, seen), websites)
    yield _release(seen)
    yield _commits(seen, day)
    yield _issues(seen)


def _published(cohort: Cohort, team: Team, project: Project, seen: ProjectActivity | None, day: date) -> OpennessPoint:
    if seen is not None and seen.visibility == "public":
        return OpennessPoint("published", done=True, said="there")
    held = [found for found in cohort.file.exceptions if found.concerns(team.id, project.name) and not found.over(day)]
    if held:
        return OpennessPoint("published", done=True, said="exception", values=(ARTICLES[held[0].reason],))
    return unseen("published") if seen is None else OpennessPoint("published", done=False, said="closed")


def _description(seen: ProjectActivity) -> OpennessPoint:
    done = len(seen.description.split()) > 2
    return OpennessPoint("description", done=done, said="there" if done else "short" if seen.description else "none")


def _topics(cohort: Cohort, team: Team, seen: ProjectActivity) -> OpennessPoint:
    """Topics are compared as slugs: `EIG 3`, `eig-3`."""
    topics = {slug(topic) for topic in seen.topics}
    wanted = [_names_of(cohort.id, cohort.file.title), _names_of(team.id, team.title)]
    if programme := programme_names(cohort):
        wanted.insert(0, programme)
    missing = tuple(names[-1] for names in wanted if not topics & {slug(name) for name in names})
    return OpennessPoint("topics", done=not missing, said="lacking" if missing else "there", parts=missing)


def programme_names(cohort: Cohort) -> tuple[str, ...]:
    """The programme's title and its initials, the usual topic last; none where the cohort names no programme."""
    programme = cohort.file.programme
    if programme is None:
        return ()
    initials = "".join(part[0] for part in slug(programme.title).split("-") if part not in _LITTLE)
    return (programme.title, initials) if len(initials) > 1 else (programme.title, slug(programme.title))


def _names_of(identity: str, title: str) -> tuple[str, ...]:
    return (title, identity)


def _website(url: str, websites: Mapping[str, WebsiteAnswer]) -> OpennessPoint:
    if not url:
        return OpennessPoint("website", done=False, said="none")
    answer = websites.get(url)
    if answer is None or answer.state == "not_checked":
        return OpennessPoint("website", None, "not_checked")
    done = answer.state == "answers"
    return OpennessPoint("website", done=done, said="there" if done else "silent")


def _readme(cohort: Cohort, team: Team, files: Mapping[str, str]) -> OpennessPoint:
    text = files.get("README")
    if text is None:
        return OpennessPoint("readme", done=False, said="none")
    if not text:
        return OpennessPoint("readme", None, "unread")
    if len(text) < SHORTEST:
        return OpennessPoint("readme", done=False, said="short")
    missing = missing_in(text, team.administration, programme_names(cohort))
    return OpennessPoint("readme", done=not missing, said="lacking" if missing else "there", parts=missing)


def _licence(project: Project, files: Mapping[str, str]) -> OpennessPoint:
    text = files.get("LICENSE")
    if text is None:
        return OpennessPoint("licence", done=False, said="none")
    found = licence_of(text)
    if found is None:
        return OpennessPoint("licence", None, "unknown" if text else "unread")
    if found not in ALLOWED:
        return OpennessPoint("licence", done=False, said="not_allowed", values=(found,))
    if project.license is not None and family(project.license) != found:
        return OpennessPoint("licence", done=False, said="other", values=(found, project.license))
    return OpennessPoint("licence", done=True, said="there", values=(project.license or found,))


def _publiccode(files: Mapping[str, str]) -> OpennessPoint:
    text = files.get("publiccode.yml")
    if text is None:
        return OpennessPoint("publiccode", done=False, said="none")
    try:
        missing = missing_keys(text) if text else ()
    except UnreadableError:
        return OpennessPoint("publiccode", done=False, said="broken")
    if not text:
        return OpennessPoint("publiccode", None, "unread")
    return OpennessPoint("publiccode", done=not missing, said="lacking" if missing else "there", parts=missing)


def _release(seen: ProjectActivity) -> OpennessPoint:
    if seen.released is not None:
        return OpennessPoint("release", done=True, said="there", values=(seen.released.tag, seen.released.at.date()))
    return unseen("release") if "released" in seen.unread else OpennessPoint("release", done=False, said="none")


def _commits(seen: ProjectActivity, day: date) -> OpennessPoint:
    if seen.last_commit is None:
        return unseen("commits") if "last_commit" in seen.unread else OpennessPoint("commits", done=False, said="none")
    last = seen.last_commit.date()
    recent = day - last <= QUIET
    return OpennessPoint("commits", done=recent, said="there" if recent else "quiet", values=(last,))


def _issues(seen: ProjectActivity) -> OpennessPoint:
    if "open_issues" in seen.unread:
        return unseen("issues")
    if seen.open_issues is None:
        return OpennessPoint("issues", done=False, said="off")
    return OpennessPoint("issues", done=True, said="there", values=(seen.open_issues,))
