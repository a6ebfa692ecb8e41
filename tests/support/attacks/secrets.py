"""Secrets: whatever is wrong with one, and wherever it was written, no output and no file holds it."""

import sys
from collections.abc import Callable
from pathlib import Path

from support.attacks import Ground, attack
from support.attacks.project import Project

CORE = "s3cretC0re42"
"""What is looked for; every value holds it."""
PEM = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CORE}\n-----END OPENSSH PRIVATE KEY-----"
BROKEN = {
    "sound": f"glpat-{CORE}",
    "no-prefix": CORE,
    "line-feed-after": f"glpat-{CORE}\n",
    "line-feed-before": f"\nglpat-{CORE}",
    "line-feed-inside": f"{CORE}\n{CORE}",
    "carriage-return": f"{CORE}\r{CORE}",
    "header": f"{CORE}\r\nX-Injected: {CORE}",
    "separator": f"{CORE}\u2028{CORE}",
    "next-line": f"{CORE}\x85{CORE}",
    "tab": f"{CORE}\t{CORE}",
    "nul": f"{CORE}\0{CORE}",
    "escape": f"{CORE}\x1b[31m{CORE}",
    "delete": f"{CORE}\x7f",
    "mark": f"\ufeff{CORE}",
    "zero-width": f"{CORE}\u200b{CORE}",
    "right-to-left": f"\u202e{CORE}",
    "accent": f"é{CORE}",
    "chinese": f"{CORE}中文",
    "emoji": f"{CORE}🔑",
    "surrogate": f"{CORE}\udcff",
    "no-break-space": f"\u00a0{CORE}\u00a0{CORE}",
    "blanks-around": f"  {CORE}  ",
    "blank-inside": f"{CORE} {CORE}",
    "quotes": f"'{CORE}\"{CORE}'",
    "backslash": f"{CORE}\\n{CORE}",
    "percent": f"{CORE}%0a{CORE}%",
    "template": f"{{{{ {CORE} }}}}",
    "address-signs": f"{CORE}@{CORE}/{CORE}:{CORE}?{CORE}#{CORE}",
    "address": f"https://user:{CORE}@host.invalid/{CORE}",
    "shell": f"$({CORE});`{CORE}`|{CORE}",
    "yaml-signs": f"*{CORE} &{CORE} !{CORE}",
    "long": CORE * 9000,
    "key": PEM,
    "markup": f"[red]{CORE}[/] <{CORE}>",
}
Place = Callable[[Project, str], list[Path]]


def _environment(project: Project, value: str, name: str = "EIG_SECRET") -> list[Path]:
    if "\0" not in value:  # no environment holds one
        project.environment[name] = value
    return []


def _source(service: str, key: str = "token", *, mistakes: bool = True) -> dict[str, Place]:
    def put(project: Project, source: object) -> None:
        project.site.setdefault(service, {})[key] = source

    def env(project: Project, value: str) -> list[Path]:
        put(project, {"env": "EIG_SECRET"})
        return _environment(project, value)

    def file(project: Project, value: str) -> list[Path]:
        put(project, {"file": "../token"})
        (project.folder / "token").write_bytes(value.encode(errors="surrogateescape"))
        return [project.folder / "token"]

    def command(project: Project, value: str) -> list[Path]:
        (project.folder / "kept").write_bytes(value.encode(errors="surrogateescape"))
        put(
            project,
            {
                "command": [
                    sys.executable,
                    "-c",
                    f"import sys; sys.stdout.buffer.write(open({str(project.folder / 'kept')!r}, 'rb').read())",
                ]
            },
        )
        return [project.folder / "kept"]

    def mistaken(wrap: Callable[[str], object]) -> Place:
        def place(project: Project, value: str) -> list[Path]:
            put(project, wrap(value))
            return []

        return place

    wrong = {
        "itself": lambda value: value,
        "as-file": lambda value: {"file": value},
        "as-env": lambda value: {"env": value},
        "as-command": lambda value: {"command": [value]},
        "as-argument": lambda value: {"command": ["false", value]},
        "as-command-text": lambda value: {"command": value},
        "as-key": lambda value: {value: "x"},
        "as-key-alone": lambda value: {value: None},
        "as-key-with-file": lambda value: {f"file:{value}": None},
        "as-list": lambda value: [value],
        "as-file-list": lambda value: {"file": [value]},
        "as-env-mapping": lambda value: {"env": {value: value}},
        "as-other-key": lambda value: {"value": value},
    }
    right = {"env": env, "file": file, "command": command}
    every = {**right, **({name: mistaken(wrap) for name, wrap in wrong.items()} if mistakes else {})}
    return {f"{service}-{name}": place for name, place in every.items()}


def _token_id(project: Project, value: str) -> list[Path]:
    project.site["proxmox"]["token_id"] = f"eiginfra@pve!ci={value}"
    return []


def _url_with_user(project: Project, value: str) -> list[Path]:
    project.site["gitlab"]["url"] = f"https://user:{value}@127.0.0.1:1"
    return []


def _proxy(project: Project, value: str) -> list[Path]:
    project.site["gitlab"] |= {"url": "https://gitlab.invalid", "proxy": f"http://user:{value}@127.0.0.1:1"}
    return []


def _proxy_without_scheme(project: Project, value: str) -> list[Path]:
    project.site["gitlab"] |= {"url": "https://gitlab.invalid", "proxy": f"user:{value}@127.0.0.1:1"}
    return []


def _environment_proxy(project: Project, value: str) -> list[Path]:
    project.site["gitlab"]["url"] = project.site["proxmox"]["url"] = "https://gitlab.invalid"
    return _environment(project, f"http://user:{value}@127.0.0.1:1", name="HTTPS_PROXY")


def _journal(written: str) -> Place:
    def place(project: Project, value: str) -> list[Path]:
        project.site["journal"] = written.replace("VALUE", value)
        return []

    return place


def _secret_journal(project: Project, value: str) -> list[Path]:
    project.site.pop("journal", None)
    project.site["journal_url"] = {"env": "EIG_SECRET"}
    return _environment(project, f"postgresql://eig:{value}@127.0.0.1:1/journal")


JOURNALS = {
    "journal-password": "postgresql://eig:VALUE@127.0.0.1:1/journal",
    "journal-user": "postgresql://VALUE@127.0.0.1:1/journal",
    "journal-host": "postgresql://VALUE/journal",
    "journal-option": "postgresql://127.0.0.1:1/journal?password=VALUE",
    "journal-sslmode": "postgresql://127.0.0.1:1/journal?sslmode=VALUE",
    "journal-timeout": "postgresql://127.0.0.1:1/journal?connect_timeout=VALUE",
    "journal-file-of-passwords": "postgresql://127.0.0.1:1/journal?passfile=VALUE&sslpassword=VALUE",
    "journal-unknown-option": "postgresql://127.0.0.1:1/journal?VALUE=x",
    "journal-other-database": "mysql://eig:VALUE@127.0.0.1:1/journal",
    "journal-without-scheme": "eig:VALUE@127.0.0.1:1/journal",
}
PLACES: dict[str, Place] = {
    **_source("gitlab"),
    **_source("proxmox", mistakes=False),
    **_source("reconcile", "webhook", mistakes=False),
    **{name: _journal(written) for name, written in JOURNALS.items()},
    "journal-secret": _secret_journal,
    "token-id": _token_id,
    "url": _url_with_user,
    "proxy": _proxy,
    "proxy-without-scheme": _proxy_without_scheme,
    "environment-proxy": _environment_proxy,
}


@attack(2, {f"{place}-{name}": (put, value) for place, put in PLACES.items() for name, value in BROKEN.items()})
def no_secret_is_shown(ground: Ground, case: tuple[Place, str]) -> None:
    put, value = case
    project = Project(ground.folder)
    kept = put(project, value)
    # The loop takes the webhook's address, the plan the tokens and the journal.
    project.call("reconcile", "--once") if "webhook" in project.site.get("reconcile", {}) else project.call("plan")
    assert CORE not in project.printed, project.printed.replace(CORE, "<SECRET>")[-2000:]
    assert CORE not in project.written(kept), "in a file"
    assert "Traceback" not in project.printed
    assert "a bug of eiginfra" not in project.printed, project.printed
    assert project.code in (1, 64, 65, 69, 77)
