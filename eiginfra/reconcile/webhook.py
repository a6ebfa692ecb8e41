"""The webhook: one message to a chat (Mattermost's and Slack's form), with what is news and nothing else. Names of fields, never values."""

from collections.abc import Callable, Sequence

import requests

from eiginfra import __version__
from eiginfra.core.change import Action, Change
from eiginfra.core.errors import EiginfraError, TransientError
from eiginfra.core.reason import Reason
from eiginfra.core.secret import Secret
from eiginfra.core.text import all_lines, one_line
from eiginfra.core.trace import Trace
from eiginfra.engine.healing import LoopMemory
from eiginfra.providers.proxy import proxies
from eiginfra.reconcile.round import Round
from eiginfra.render.catalogue import spoken
from eiginfra.render.phrases import not_todays_plan

MOST_LINES = 15
MOST_UNSENT = 20
_SECONDS = (5, 15)
# What chats take for mentions, links and ends of code.
_TAMED = str.maketrans({"`": "'", "<": "‹", ">": "›", "@": "＠"})


def compose(cohort: str, seen: Round) -> str | None:
    """The message of a round; None when there is nothing to tell."""
    news = seen.news
    held = seen.healing.held if seen.healing is not None else {}
    excesses = seen.healing.excesses if seen.healing is not None else ()
    healed, failing = (sorted(results, key=lambda result: result.change.address) for results in (news.healed, news.failing))
    mentioned = {result.change.address for result in (*healed, *failing)}
    found = [change for change in news.found if change.address not in mentioned]
    lines = [
        *_part(
            "New drift",
            [f"`{_plain(describe(change))}`: {_told(held.get(change.address), change.trace)}" for change in found],
        ),
        *_part(
            "Over the quota",
            [f"`{_plain(excess.address or '')}`: {_told(spoken().say(f'brief-{excess.code}'), excess.trace)}" for excess in excesses],
        ),
        *_part("Healed", [f"`{_plain(describe(result.change))}`: {_told(result.change.trace)}" for result in healed]),
        *_part(
            "Not healed", [f"`{_plain(describe(r.change))}`: {_plain(spoken().told(r.reason) if r.reason else r.outcome)}" for r in failing]
        ),
        *_part(
            "Merged, not applied", [f"`{_plain(address)}`: since {since:%Y-%m-%d %H:%M} UTC" for address, since in news.overdue.items()]
        ),
        *_part("In order again", [f"`{_plain(address)}`" for address in news.recovered]),
    ]
    if seen.told:
        said = spoken().problem(seen.problem) if seen.problem is not None else ""
        lines.append(f"*No round any more*: {_plain(said)}")
    if seen.relief:
        lines.append("*Rounds succeed again*")
    when = not_todays_plan(seen.healing.plan.meta, spoken()) if seen.healing is not None else ""
    return "\n".join([", ".join(filter(None, ("eiginfra reconcile", cohort, when))), *lines]) if lines else None


def _told(*parts: Reason | Trace | str | None) -> str:
    return _plain("; ".join(filter(None, map(_said, parts))))


def _said(part: Reason | Trace | str | None) -> str:
    match part:
        case Reason():
            return spoken().told(part)
        case Trace():
            return spoken().since(part)
        case _:
            return part or ""


def describe(change: Change) -> str:
    """`proxmox.container[eig3/adler/web] memory, cores`: what, and which of its fields; no values."""
    fields = ", ".join(dict.fromkeys(found.label for found in (*change.diffs, *change.withheld)))
    return f"{change.address} {fields or ('is gone' if change.action is Action.CREATE else change.cause or '')}".rstrip()


def tell(memory: LoopMemory, message: str | None, address: Callable[[], Secret] | None, proxy: str | None = None) -> EiginfraError | None:
    """Send the message, behind those that nobody received before; what cannot be sent waits for the next round. Returns why, if so."""
    if address is None:
        memory.unsent = []
        return None
    waiting = [*memory.unsent, *([message] if message else [])]
    memory.unsent = waiting[-MOST_UNSENT:]
    while memory.unsent:
        try:
            _post(address(), memory.unsent[0], proxy)
        except EiginfraError as problem:
            return problem
        memory.unsent = memory.unsent[1:]
    return None


def _post(address: Secret, text: str, proxy: str | None) -> None:
    """Raises TransientError, without the address: whoever knows it can write into the chat."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.proxies.update(proxies(address.reveal(), proxy))
            answer = session.post(
                address.reveal(),
                json={"text": all_lines(text)},
                headers={"User-Agent": f"eiginfra/{__version__}"},
                timeout=_SECONDS,
                allow_redirects=False,
            )
    except requests.RequestException as problem:
        raise TransientError(f"the webhook cannot be reached ({type(problem).__name__})") from None
    if answer.status_code >= 300:
        raise TransientError(f"the webhook answers {answer.status_code}")


def _part(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"- … and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return [f"*{title}* ({len(lines)})", *(f"- {line.removesuffix(': ')}" for line in lines[:MOST_LINES]), *more]


def _plain(text: str) -> str:
    """One line without what a chat would act upon."""
    return one_line(text).translate(_TAMED)[:500]
