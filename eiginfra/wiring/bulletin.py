"""The bulletin of a workspace: the servers and the journal, asked for what it tells."""

from datetime import UTC, date, datetime, time

from eiginfra.core.errors import UsageError
from eiginfra.handouts.bulletin import Bulletin, make_bulletin
from eiginfra.wiring.facts import FactsAsked, facts_of
from eiginfra.wiring.workspace import Workspace


def bulletin_of(workspace: Workspace, since: date, *, internal: bool) -> Bulletin:
    """since: its first day, in UTC. Raises UsageError for a day to come, else as Workspace.plan does."""
    if since > workspace.clock.today():
        raise UsageError(f"--since {since}: that day is still to come")
    begin = datetime.combine(since, time.min, UTC)
    facts = facts_of(workspace, FactsAsked(since=begin, labels=workspace.cohort.file.pages.help_labels))
    return make_bulletin(workspace.cohort, facts, since, internal=internal)
