import pytest

from eiginfra.playbook.tags import selected


@pytest.mark.parametrize(
    ("tags", "only", "skip", "meant"),
    [
        ([], [], [], True),
        ([], ["gitlab"], [], False),
        ([], ["all"], [], True),
        ([], ["untagged"], [], True),
        ([], ["tagged"], [], False),
        ([], [], ["untagged"], False),
        ([], [], ["tagged"], True),
        (["gitlab"], [], [], True),
        (["gitlab"], ["gitlab"], [], True),
        (["gitlab"], ["proxmox"], [], False),
        (["gitlab", "proxmox"], ["proxmox"], [], True),
        (["gitlab"], ["tagged"], [], True),
        (["gitlab"], ["untagged"], [], False),
        (["gitlab"], [], ["gitlab"], False),
        (["gitlab"], ["gitlab"], ["gitlab"], False),
        (["gitlab"], [], ["tagged"], False),
        (["gitlab"], [], ["all"], False),
        (["always"], ["proxmox"], [], True),
        (["always"], [], ["all"], True),
        (["always"], [], ["always"], False),
        (["always"], [], ["all", "always"], False),
        (["never"], [], [], False),
        (["never"], ["all"], [], False),
        (["never"], ["tagged"], [], False),
        (["never"], ["never"], [], True),
        (["never", "debug"], ["debug"], [], True),
        (["always", "never"], [], [], True),
    ],
)
def test_means_what_it_means_in_ansible(tags: list[str], only: list[str], skip: list[str], meant: bool) -> None:
    assert selected(tags, only, skip) is meant
