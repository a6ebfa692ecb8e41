"""Proxmox's calendar events: the subset of systemd's that its jobs take. Facts: the documentation of pve-calendar-event."""

import re

from eiginfra.lab.proxmox.formats import Check, split_list

_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_WORDS = {"minutely", "hourly", "daily", "weekly", "monthly", "yearly", "annually", "quarterly", "semiannually", "semi-annually"}
_DAY = re.compile(r"(mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?)")


def is_calendar_event(text: str) -> bool:
    """Whether a text is `[weekdays] [[years-]months-days] [hours:minutes[:seconds]]`, each part a list, range or step, or a name."""
    if text.lower() in _WORDS:
        return True
    words = text.lower().split()
    if words and _weekdays(words[0]):
        words.pop(0)
        if not words:
            return True
    if words and "-" in words[0]:
        parts = words.pop(0).split("-")
        limits = [(1970, 9999), (1, 12), (1, 31)][-len(parts) :]
        if len(parts) not in (2, 3) or not all(_values(part, *limit) for part, limit in zip(parts, limits, strict=True)):
            return False
        if not words:
            return True
    return len(words) == 1 and _time(words[0])


def _weekdays(word: str) -> bool:
    return all(_DAY.fullmatch(day) for part in word.split(",") for day in part.split("..", 1))


def _time(word: str) -> bool:
    parts = word.split(":")
    limits = [(0, 59)] if len(parts) == 1 else [(0, 23), (0, 59), (0, 59)][: len(parts)]
    return len(parts) <= 3 and all(_values(part, *limit) for part, limit in zip(parts, limits, strict=True))


def _values(text: str, low: int, high: int) -> bool:
    return all(_value(part, low, high) for part in text.split(","))


def _value(text: str, low: int, high: int) -> bool:
    match = re.fullmatch(r"(?:\*|(\d+)(?:\.\.(\d+))?)(?:/(\d+))?", text)
    return match is not None and all(low <= int(number) <= high for number in match.groups()[:2] if number)


def _check_event(value: str) -> None:
    if not value.strip():
        raise ValueError(f"invalid calendar event '{value}' - unable to parse calendar event - event is empty\n")
    if not is_calendar_event(value):
        raise ValueError(f"invalid calendar event '{value}' - unable to parse calendar event\n")


def _check_days(value: str) -> None:
    for day in split_list(value):
        if not re.fullmatch(_DAYS, day):
            raise ValueError(f"invalid day '{day}'")


CHECKS: dict[str, Check] = {"pve-calendar-event": _check_event, "pve-day-of-week-list": _check_days}
