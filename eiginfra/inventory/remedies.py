"""What was probably meant by a value that is not valid: the text to write instead, or None where it is not clear."""

import posixpath
import re
import unicodedata
from calendar import monthrange
from contextlib import suppress
from datetime import date
from typing import Final

from eiginfra.core.suggest import plain
from eiginfra.inventory.french import MONTHS, TRUTH

LICENSES: Final = (
    (r"mit|expat", "MIT"),
    (r"(?:gnu_)?gpl(?:_3(?:\.0)?\+?)?", "GPL-3.0-or-later"),
    (r"(?:gnu_)?gpl_2(?:\.0)?\+?", "GPL-2.0-or-later"),
    (r"(?:gnu_)?agpl(?:_3(?:\.0)?\+?)?", "AGPL-3.0-or-later"),
    (r"(?:gnu_)?lgpl(?:_3(?:\.0)?\+?)?", "LGPL-3.0-or-later"),
    (r"apache(?:_2(?:\.0)?)?", "Apache-2.0"),
    (r"eupl(?:_1\.2)?", "EUPL-1.2"),
    (r"bsd(?:_3)?(?:_clauses?)?|bsd_3_clause", "BSD-3-Clause"),
    (r"bsd_2(?:_clauses?)?", "BSD-2-Clause"),
    (r"cecill(?:_2\.1)?", "CECILL-2.1"),
    (r"odbl(?:_1(?:\.0)?)?|open_database_license(?:_1(?:\.0)?)?", "ODbL-1.0"),
    (r"lo|(?:etalab|ouverte|open|etalab_ouverte|ouverte_etalab)(?:_2(?:\.0)?)?", "etalab-2.0"),
)
"""Usual names of licences, as patterns, and their SPDX identifiers."""

_AROUND: Final = " \t\u00a0\u2007\u202f\u200b\ufeff“”„‟‘’«»'\"`,;"
"""What slips in around a value: spaces of all sorts, quotes, a comma or semicolon of another format."""


_LONGEST_ADDRESS: Final = 320
"""Characters of an e-mail address."""
_DURATION: Final = r"(?:(\d{1,4})h(?:eures?|ours?|rs?)?)?(?:(\d{1,4})(?:m(?:in(?:ute)?s?)?)?)?(?:(\d{1,5})s(?:ec(?:onde?)?s?)?)?"
"""Hours, minutes and seconds, each with the unit in words or without."""


def bare(text: str) -> str:
    """The text without spaces and quotes around it."""
    return text.strip(_AROUND)


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens: `Extraction d’entités` is `extraction-d-entites`."""
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae").casefold())
    return re.sub(r"[^a-z0-9]+", "-", "".join(letter for letter in letters if not unicodedata.combining(letter))).strip("-")


def domain_label(text: str) -> str:
    """The first part of a domain or web address: `https://adler.example.org/` is `adler`; `api.adler`, which is none, is `api-adler`."""
    host = re.split(r"[:/]", re.sub(r"^\s*[a-z]*:?//", "", bare(text).lower()))[0]
    labels = [_decoded(label) for label in re.sub(r"^(?:\*\.)?(?:www\.)?", "", host).strip(".").split(".")]
    whole = len(labels) == 2 and host == bare(text).lower() and not re.fullmatch(r"[a-z]{2,3}", labels[1])
    return re.sub(r"-{2,}", "-", slug("-".join(labels) if whole else labels[0]))


def _decoded(label: str) -> str:
    """What a label in its encoded form (`xn--…`) shows."""
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def user_name(text: str) -> str:
    """Of `@adler-1`, an e-mail address, or the address of a profile page: the account's name."""
    written = bare(text).rstrip("/")
    written = re.sub(r"^https?://[^/]+/", "", written).lstrip("@").partition("@")[0]
    return re.sub(r"[^a-z0-9_.]+", "-", re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", written.casefold()))).strip("-.")


def email(text: str) -> str | None:
    """The address in `Name <name@example.org>`, `mailto:…`, `name (at) example.org`; None where its own signs are the trouble."""
    inside = re.search(r"<([^<>\s]+@[^<>\s]+)>", text)
    written = inside[1] if inside else text
    written = "".join(letter for letter in written if unicodedata.category(letter) not in {"Cf", "Cc"})
    written = re.sub(r"^\s*mailto:", "", bare(written), flags=re.IGNORECASE)
    written = re.sub(r"\s*[\[(]\s*(?:at|arobase|chez)\s*[\])]\s*|\s+(?:at|chez)\s+|\s*@\s*|＠", "@", written, flags=re.IGNORECASE)
    written = re.sub(r"\s*[\[(]\s*(?:dot|point)\s*[\])]\s*|\s+(?:dot|point)\s+", ".", written, flags=re.IGNORECASE)
    addresses = [part for part in re.split(r"[\s,;]+", written) if "@" in part]
    clear = len(addresses) == 1 and len(addresses[0]) <= _LONGEST_ADDRESS
    return _without_accents(addresses[0].strip(".<>").lower()) if clear else None


def _without_accents(address: str) -> str:
    """With a name in plain letters; a domain in other letters as servers write it."""
    name, _, domain = address.partition("@")
    letters = unicodedata.normalize("NFKD", name)
    with suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    return f"{''.join(letter for letter in letters if not unicodedata.combining(letter))}@{domain}"


def web_address(text: str) -> str:
    """With its https://: `www.example.org`, `htps:/example.org`."""
    written = bare(text)
    secure = not re.match(r"http(?!s)", written, re.IGNORECASE)
    return ("https://" if secure else "http://") + re.sub(r"^[a-z]{0,6}:?/{1,3}", "", written, flags=re.IGNORECASE)


def project_path(text: str) -> str:
    """Of `https://gitlab.example.org/eig/pages.git`: `eig/pages`."""
    return re.sub(r"^https?://[^/]+/", "", bare(text)).strip("/").removesuffix(".git")


def colour(text: str) -> str | None:
    """With its sign and six digits: `000091`, `#00f`, `rgb(0, 0, 145)`."""
    written = bare(text).lower()
    if match := re.fullmatch(r"rgb\((\d{1,3}), ?(\d{1,3}), ?(\d{1,3})\)", written):
        parts = [int(part) for part in match.groups()]
        return "#" + "".join(f"{part:02x}" for part in parts) if max(parts) < 256 else None
    digits = written.lstrip("#")
    return f"#{''.join(digit * 2 for digit in digits) if len(digits) == 3 else digits}"


def mount_path(text: str) -> str:
    """From the root, without `..`."""
    return posixpath.normpath("/" + re.sub(r"[\s,]+", "-", bare(text)).strip("/"))


def license_id(text: str) -> str | None:
    """The SPDX identifier of a licence's usual name: `Apache 2.0` is `Apache-2.0`."""
    words = re.sub(r"(?<=[a-z])_?v?_?(?=\d)|_?(?:licen[cs]e|version)_?", "_", plain(bare(text))).strip("_")
    words = re.sub("_+", "_", words)
    return next((identifier for name, identifier in LICENSES if re.fullmatch(name, words)), None)


def whole_number(value: object) -> str | None:
    """The only whole number in a text: `8080/tcp` is 8080."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else None
    numbers = re.findall(r"-?\d+", value) if isinstance(value, str) else []
    clear = len(numbers) == 1 and len(numbers[0]) <= 10 and isinstance(value, str) and not re.search(r"\d[.,]|[.,]\d", value)
    return str(int(numbers[0])) if clear else None


def duration(value: object) -> str | None:
    """A stretch of time with its unit: `60`, `1 min`, `1m30s` and `1h30` are 60s, 1m, 90s and 90m."""
    text = plain(bare(str(value)[:40])).replace("_", "")
    match = re.fullmatch(_DURATION, text)
    if match is None or isinstance(value, bool):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if match[2] and text.isdecimal():
        minutes, seconds = 0, minutes  # without a unit
    total = hours * 3600 + minutes * 60 + seconds
    unit, factor = next((unit, factor) for unit, factor in (("h", 3600), ("m", 60), ("s", 1)) if total % factor == 0)
    return f"{total // factor}{unit}" if total and text[:1].isdecimal() else None


def truth(value: object) -> str | None:
    """`true` or `false` for yes, oui, 1, “true” and their opposites."""
    return TRUTH.get(plain(bare(str(value).lower())))


def day(value: object) -> str | None:
    """A date as year-month-day, from the ways in which people write days; a day after the month's end becomes its last."""
    text = plain(bare(str(value))).replace("_", " ")
    if match := re.match(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)", str(value).strip(_AROUND)):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})(?:er|st|nd|rd|th)?[-/. ]+(\d{1,2}|[a-z]+)\.?[-/. ]+(\d{4}|\d{2})", text):
        month = int(match[2]) if match[2].isdecimal() else MONTHS.get(match[2], 0)
        return _iso(int(match[3]), month, int(match[1]))
    if match := re.fullmatch(r"([a-z]+) (\d{1,2}),? (\d{4})", text):
        return _iso(int(match[3]), MONTHS.get(match[1], 0), int(match[2]))
    return None


def _iso(year: int, month: int, number: int) -> str | None:
    year += 2000 if year < 100 else 0
    if month > 12 >= number:
        month, number = number, month  # month first, as in the United States
    if not (1 <= month <= 12 and 1 <= number <= 31 and year >= 1900):
        return None
    return date(year, month, min(number, monthrange(year, month)[1])).isoformat()
