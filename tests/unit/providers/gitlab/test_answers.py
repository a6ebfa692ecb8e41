"""Answers of GitLab that have no end, or another form than GitLab's."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from support.hostile import hostile, whole

from eiginfra.core.errors import PermanentError
from eiginfra.core.secret import Secret
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.gitlab.client import MOST_PAGES, GitLabClient
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy

GROUP = {"id": 1, "full_path": "eig/a", "path": "a", "name": "A", "visibility": "private"}


@contextmanager
def client(script: Callable[[str], bytes]) -> Iterator[GitLabClient]:
    with hostile(lambda line: [script(line)]) as url:
        policy = HttpPolicy("gitlab", backoff=0.001, attempts=1, bounds=Bounds(seconds=20))
        made = GitLabClient(GitLabSettings(url=url, token=Secret("t"), root_group="eig"), policy)
        try:
            yield made
        finally:
            made.close()


def page(items: object, *headers: str) -> bytes:
    return whole(json.dumps(items).encode(), *headers)


NUMBERS = count(2)
LARGE = {**GROUP, "description": "x" * (1 << 20)}
ENDLESS = {
    "the-same-page": lambda _: page([GROUP], 'Link: <http://127.0.0.1/api/v4/groups?page=2>; rel="next"'),
    "always-another": lambda _: page([], f'Link: <http://127.0.0.1/api/v4/groups?page={next(NUMBERS)}>; rel="next"'),
    "always-another-and-large": lambda _: page([LARGE], f'Link: <http://127.0.0.1/api/v4/groups?page={next(NUMBERS)}>; rel="next"'),
    "many-large-pages": lambda _: page([LARGE], "X-Total-Pages: 60"),
    "pages-announced": lambda _: page([GROUP], "X-Total-Pages: 99999999999"),
    "pages-of-many-digits": lambda _: page([GROUP], "X-Total-Pages: " + "9" * 6000),
}


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
def test_attack_7_a_list_without_end_is_refused(script):
    with client(script) as asked, pytest.raises(PermanentError, match=f"the same page again, or more than {MOST_PAGES} pages"):
        asked.pages("/groups", "list the groups")


@pytest.mark.parametrize("total", ["9" * 6000, "-1", "x", "²", ""])
def test_attack_8_a_number_of_items_that_is_none_is_not_believed(total):
    with client(lambda _: whole(json.dumps([GROUP]).encode(), "X-Total-Pages: 1", f"X-Total: {total}")) as asked:
        assert asked.pages("/groups", "list the groups") == [GROUP]


WRONG = [{"id": None}, {"id": "1"}, {"id": -1}, {"id": 2**70}, {"id": True}, {"full_path": None}, {"full_path": ["eig"]}, {"name": 3}]
ODD = [None, 1, "x", [], {}, *({**GROUP, **wrong} for wrong in [*WRONG, {"description": {}}])]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_attack_8_an_object_of_another_form_is_left_out_and_told(odd):
    with client(lambda _: page([{**GROUP, "id": 2}, odd], "X-Total-Pages: 1")) as asked:
        assert asked.pages("/groups", "list the groups") == [{**GROUP, "id": 2}]
        (told,) = asked.odd.take()
        assert (told.code, told.params["what"]) == ("odd-answer", "list the groups")
        assert asked.odd.take() == []


@pytest.mark.parametrize("odd", [*ODD, {"message": "x"}], ids=range(len(ODD) + 1))
def test_attack_8_one_object_of_another_form_is_an_error(odd):
    with client(lambda _: page(odd)) as asked:
        for ask in (lambda: asked.find("/groups/1", "read group 1"), lambda: asked.write("put", "/groups/1", "change it", within="eig")):
            with pytest.raises(PermanentError, match="answer has a form that is not known"):
                ask()


@pytest.mark.parametrize("answered", [b"", b"<html>", b"null", b'{"a": 1}', b"[NaN]", b"[" * 50_000, b'"x"', b"7"])
def test_attack_8_a_list_that_is_none_is_an_error(answered):
    with client(lambda _: whole(answered)) as asked, pytest.raises(PermanentError, match="answer"):
        asked.pages("/groups", "list the groups")


@pytest.mark.parametrize("when", ["2019-99-99", "tomorrow", "", 7])
def test_attack_8_a_date_that_is_none_is_an_odd_member(when):
    member = {"id": 1, "username": "adler-1", "access_level": 30, "expires_at": when}
    with client(lambda _: page([member], "X-Total-Pages: 1")) as asked:
        assert asked.pages("/groups/1/members", "list the members") == []
        assert [told.params["name"] for told in asked.odd.take()] == ["adler-1 1"]
