"""The patterns of the JSON Schemas say just what the loaders' own code says."""

import re
from datetime import date, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.numbers import up_to
from eiginfra.inventory.fields import Disk, Memory
from eiginfra.inventory.patterns import DAY, misread, networks, sizes

NETWORKS, MISREAD = networks(8), misread()
OCTETS = st.sampled_from([0, 10, 64, 128, 192, 240, 252, 255]) | st.integers(0, 299)


def test_every_day_of_this_time_and_no_other() -> None:
    days = (date(1970, 1, 2) + timedelta(days=number) for number in range(0, 376_200, 7))
    assert [day for day in days if not re.fullmatch(DAY, day.isoformat())] == []
    leap = [year for year in range(1970, 3000) if re.fullmatch(DAY, f"{year}-02-29")]
    assert leap == [year for year in range(1970, 3000) if year % 4 == 0 and (year % 100 or year % 400 == 0)]


@pytest.mark.parametrize("text", ["1970-01-01", "1969-12-31", "3000-01-01", "2020-06-31", "2019-13-01", "2019-00-10", "2019-1-1", ""])
def test_no_other_day(text: str) -> None:
    assert not re.fullmatch(DAY, text)


@given(st.integers(1, 10**7), st.integers(0, 10**8))
def test_numbers_up_to_a_number(most: int, number: int) -> None:
    for tried in (number, most - 1, most, most + 1, 10 * most, number % (most + 1)):
        assert bool(re.fullmatch(up_to(most), str(tried))) is (1 <= tried <= most)


@given(st.tuples(OCTETS, OCTETS, OCTETS, OCTETS), st.integers(0, 40))
def test_networks(octets: tuple[int, ...], prefix: int) -> None:
    text = f"{'.'.join(map(str, octets))}/{prefix}"
    try:
        sound = ip_network(text).prefixlen >= 8
    except ValueError:
        sound = False
    assert bool(re.fullmatch(NETWORKS, text)) is sound


@given(st.text("aé’œ–日\N{ROCKET}ñÃ©Â ß\u0411", max_size=6))
def test_text_that_was_read_in_the_wrong_encoding(text: str) -> None:
    for tried in (text, text.encode().decode("cp1252", "ignore")):
        try:
            wrong = tried.encode("cp1252").decode("utf-8") != tried
        except UnicodeError:
            wrong = False
        assert bool(re.fullmatch(MISREAD, tried)) is wrong


@given(st.integers(0, 20_000), st.sampled_from(["B", "KiB", "MiB", "GiB", "TiB", "GB", ""]), st.sampled_from(["", " ", "  "]))
def test_sizes(number: int, unit: str, blank: str) -> None:
    whole = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
    fits = unit in whole and len(blank) < 2 and 0 < number * whole[unit] <= 16 * 2**40
    assert bool(re.fullmatch(sizes(2**20, 16 * 2**40), f"{number}{blank}{unit}")) is fits


def test_sizes_have_the_pattern_of_their_unit() -> None:
    patterns = [next(item.pattern for item in size.__metadata__ if hasattr(item, "pattern")) for size in (Memory, Disk)]
    assert [bool(re.fullmatch(pattern, "20480MiB")) for pattern in patterns] == [True, False]
