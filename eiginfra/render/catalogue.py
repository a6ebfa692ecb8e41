"""The catalogue: the words of findings, reasons and reports, in English and French. The only place where a code becomes a sentence.

The messages are in `messages/<language>/*.ftl`, in Mozilla's format Fluent, which knows plurals: a finding under its code, its remedy as
the attribute `.remedy`; a reason under `reason-` and its code. Parameters are named as the finding names them. The finding's own address,
team and field are `$address`, `$team` and `$field`; what is not given is `none`; a list is joined with commas, `$name-and` is the same list
as people say it, `$name-count` its length. French is written with plain spaces; they become unbreakable where its typography asks for that.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from threading import RLock
from typing import Final, Literal

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentNone, FluentNumber, fluent_number
from pydantic import JsonValue

from eiginfra.core.change import Change
from eiginfra.core.errors import EiginfraError, GuardError, InputError
from eiginfra.core.finding import Finding
from eiginfra.core.reason import Reason
from eiginfra.core.trace import EXISTS, Moment, Trace
from eiginfra.render.values import show

Language = Literal["en", "fr"]
LANGUAGES: Final[Mapping[str, Language]] = {"en": "en", "fr": "fr"}
VARIABLE: Final = "EIGINFRA_LANGUAGE"
"""The environment's variable for the language of the terminal; the option `--lang` sets it."""
LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The environment's variables that say what its people read, the strongest first."""
MESSAGES: Final = "eiginfra.messages"
"""The group of entry points by which other packages bring words for the codes of their providers."""
HARMS: Final = ("access-lost", "account-blocked", "machine-stopped", "restarted", "port-closed", "archived", "deleted")

_LONGEST: Final = 2000
"""Characters of a parameter: of a longer one Fluent's library would show none (its bound is 2,500)."""
_NO_FINDINGS: Final = frozenset({"advice.ftl", "explain.ftl", "output.ftl", "reasons.ftl", "review_report.ftl"})
_ENTRY: Final = re.compile(r"^([a-z][a-z0-9-]*) =.*\n(?:[ ].*\n)*", re.MULTILINE)
_VARIABLE: Final = re.compile(r"\$([A-Za-z][\w-]*)")
_THIN, _FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_Argument = str | FluentNumber | FluentNone


class Catalogue:
    """The words of one language. An entry is parsed when it is first asked for. May be used by several threads."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.entries = _entries(language)
        self._bundle = FluentBundle([language], use_isolating=False)
        self._others: Mapping[str, str] | None = None
        self._lock = RLock()

    def say(self, entry: str, /, **params: JsonValue) -> str:
        """An entry with its parameters; KeyError if there is none."""
        said = self._format(entry, None, params)
        if said is None:
            raise KeyError(entry)
        return said

    def message(self, found: Finding) -> str:
        """What a finding says."""
        return self._message(found.code, found.told)

    def remedy(self, found: Finding) -> str | None:
        """What to do about a finding; None where nothing can be said."""
        if found.advice is not None:
            return self.told(found.advice)
        return self._format(found.code, "remedy", found.told)

    def parameters(self, entry: str) -> tuple[str, ...]:
        """The parameters that an entry names, in order; KeyError if there is no such entry."""
        with self._lock:
            source = self.entries.get(entry) or self._foreign(entry)
        if source is None:
            raise KeyError(entry)
        return tuple(dict.fromkeys(_VARIABLE.findall(source)))

    def told(self, reason: Reason) -> str:
        """A reason in a sentence; of a code that the catalogue lacks, its text or the code with its parameters."""
        return self._format(f"reason-{reason.code}", None, reason.params) or str(reason.params.get("text") or reason)

    def problem(self, problem: EiginfraError) -> str:
        """An error in words: its findings, a line each, where it carries some."""
        return "\n".join(map(self.line, problem.findings)) if isinstance(problem, InputError | GuardError) else str(problem)

    def waits(self, label: str, reason: Reason) -> str:
        """`memory waits for a restart`."""
        return self.say("waits-for", label=None if label == EXISTS else label, reason=self.told(reason))

    def since(self, trace: Trace | None) -> str:
        """`since between run 3 (…, in order) and round 12 (…, first seen)`, and who did what meanwhile; empty where nobody knows."""
        if trace is None:
            return ""
        first = self._moment("trace-seen", trace.seen) if trace.seen else self.say("trace-now")
        told = [self.say("trace-activity", what=done.what, by=done.by, at=done.time) for done in trace.activity]
        if trace.in_order:
            told.insert(0, self.say("trace-between", before=self._moment("trace-in-order", trace.in_order), after=first))
        elif trace.seen:
            told.insert(0, self.say("trace-before", after=first))
        return "; ".join(told)

    def renamed(self, change: Change) -> str | None:
        """What a renamed thing was called."""
        return self.say("was-called", name=change.was.key) if change.was else None

    def harms(self, counts: Counter[str]) -> str:
        """`2 people lose access, 1 machine is stopped`; empty when nobody loses anything."""
        return ", ".join(self.say(f"harm-{code}", count=counts[code]) for code in HARMS if counts[code])

    def _message(self, code: str, params: Mapping[str, JsonValue]) -> str:
        """Of a code that the catalogue lacks (a provider of another package), its text or the code with its parameters."""
        said = self._format(code, None, params) or str(
            params.get("text") or Reason(code=code, params={name: value for name, value in params.items() if value is not None})
        )
        if params.get("at"):
            said = self.say("at-label", label=params["at"], said=said)
        if params.get("for_team") or params.get("for_item"):
            said = self.say("for-whom", said=said, **{name: params.get(name) for name in ("for_team", "for_others", "for_item")})
        return said

    def line(self, found: Finding) -> str:
        """A finding in one line, with its place and its remedy."""
        where, remedy = found.location or found.address, self.remedy(found)
        others = f" [{self.say('also')} {', '.join(map(str, found.also))}]" if found.also else ""
        severity = self.say("label", label=self.say(f"severity-{found.severity}"))
        return f"{f'{where}: ' if where else ''}{severity} {self.message(found)}{f' ({remedy})' if remedy else ''}{others}"

    def _moment(self, how: str, moment: Moment) -> str:
        return self.say(how, who=self.say(f"trace-{moment.what}", number=moment.number), at=moment.time)

    def _format(self, entry: str, attribute: str | None, params: Mapping[str, JsonValue]) -> str | None:
        with self._lock:
            source = self.entries.get(entry) or self._foreign(entry)
            if source is None:
                return None
            if not self._bundle.has_message(entry):
                self._bundle.add_resource(FluentResource(source))
            message = self._bundle.get_message(entry)
            pattern = message.value if attribute is None else message.attributes.get(attribute)
            if pattern is None:
                return None
            arguments: dict[str, _Argument] = dict.fromkeys(_VARIABLE.findall(source), "none")
            arguments |= {key: said for name, value in params.items() for key, said in self._arguments(name, value, source)}
            said, _ = self._bundle.format_pattern(pattern, arguments)
        return str(said)

    def _foreign(self, entry: str) -> str | None:
        """An entry that another package brings."""
        if self._others is None:
            self._others = _others(self.language)
        return self._others.get(entry)

    def _arguments(self, name: str, value: JsonValue, source: str) -> Iterator[tuple[str, _Argument]]:
        if f"${name}" not in source:
            return
        said = self._argument(value)
        if isinstance(said, str) and len(said) > _LONGEST:
            said = f"{said[: _LONGEST - 1]}…"
        yield name, said
        if isinstance(value, str):  # one for all of a list
            yield f"{name}-and", said
        if isinstance(value, list):
            yield f"{name}-count", fluent_number(len(value), useGrouping=False)
            *others, last = [str(self._argument(item)) for item in value] or [""]
            yield f"{name}-and", self.say("and", first=", ".join(others), last=last) if others else last

    def _argument(self, value: JsonValue) -> _Argument:
        match value:
            case None:
                return "none"
            case bool():
                return "true" if value else "false"
            case int() | float():
                return fluent_number(value, useGrouping=False)
            case str():
                return value
            case list():
                return ", ".join(str(item) if isinstance(item, int) else str(self._argument(item)) for item in value)
            case {"finding": str(code), "params": dict(params)}:
                return self._message(code, params)
            case {"code": str()}:
                return self.told(Reason.model_validate(value))
            case _:
                return self._mapping(value)

    def _mapping(self, value: Mapping[str, JsonValue]) -> str:
        """What waits, each with its reason; other mappings as `name: value`."""
        if value and all(isinstance(item, dict) and "code" in item for item in value.values()):
            return "; ".join(self.waits(name, Reason.model_validate(item)) for name, item in value.items())
        return ", ".join(f"{name}: {show(item, self)}" for name, item in value.items())


def _entries(language: Language) -> Mapping[str, str]:
    """The source text of each entry, by name."""
    folder = files("eiginfra.render").joinpath("messages", language)
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".ftl")]
    return _parted(texts, language)


@cache
def codes() -> frozenset[str]:
    """The codes of findings, those of other packages included."""
    folder = files("eiginfra.render").joinpath("messages", "en")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".ftl") and file.name not in _NO_FINDINGS]
    return frozenset(name for name in {**_parted(texts, "en"), **_others("en")} if not name.startswith("reason-"))


def _others(language: Language) -> Mapping[str, str]:
    """Those of the packages that the entry points `eiginfra.messages` name: `messages/<language>.ftl` in each, else the English one."""
    texts = []
    for point in entry_points(group=MESSAGES):
        folder = files(point.value).joinpath("messages")
        found = next((file for name in (language, "en") if (file := folder.joinpath(f"{name}.ftl")).is_file()), None)
        texts += [found.read_text(encoding="utf-8")] if found is not None else []
    return _parted(texts, language)


def _parted(texts: Iterable[str], language: Language) -> Mapping[str, str]:
    return {match[1]: _spaced(match[0]) if language == "fr" else match[0] for text in texts for match in _ENTRY.finditer(text)}


def _spaced(source: str) -> str:
    """With the unbreakable spaces of French typography: before a colon, in guillemets, narrow before other double punctuation."""
    return re.sub(r" (?=[;!?](?:\s|$))", _THIN, re.sub(r" (?=(?::(?:\s|$)|»))|(?<=«) ", _FIXED, source))


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of a language; one for the whole process."""
    return Catalogue(language)


def spoken() -> Catalogue:
    """The catalogue of the terminal: of the language that `--lang` or EIGINFRA_LANGUAGE names, else of the environment's locale."""
    return catalogue(_of_the_environment())


def _of_the_environment() -> Language:
    """POSIX's order: the first locale that is set decides; one in a language that is not spoken here means English."""
    chosen = os.environ.get(VARIABLE, "")
    locale = next((value for name in LOCALES if (value := os.environ.get(name))), "")
    return LANGUAGES.get(chosen) or LANGUAGES.get(re.split(r"[_.@-]", locale)[0].lower(), "en")
