"""The process of forked.py: reads a command a line, runs it in a child, and writes how that ended."""

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from eiginfra.cli.main import run

WATCHED = ("subprocess.", "os.", "pty.", "socket.", "open", "shutil.", "ctypes.", "import", "exec", "compile", "urllib.", "pickle.")


def watch(file: str) -> None:
    """Every event of these kinds as a line of a file."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def seen(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(WATCHED):
            shown = [str(one)[:300] if isinstance(one, (str, int, tuple, list)) else repr(type(one).__name__) for one in arguments]
            if event == "open" and isinstance(arguments[0], bytes):
                shown[0] = os.fsdecode(arguments[0])
            os.write(descriptor, json.dumps([event, shown]).encode("ascii") + b"\n")

    sys.addaudithook(seen)


def child(asked: dict[str, Any], out: Path) -> None:
    """Run the command, and never return."""
    code = 99
    try:
        written = os.open(out / "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, descriptor in enumerate((nothing, written, written)):
            os.dup2(descriptor, number)
        os.chdir(asked["at"])
        os.environ.update(NO_COLOR="1", **asked["environment"])
        resource.setrlimit(resource.RLIMIT_CPU, (asked["limit"], asked["limit"]))
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if asked["watched"]:
            watch(str(out / "events"))
        code = run(asked["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(asked: dict[str, Any]) -> dict[str, Any]:
    out = Path(asked["out"])
    (out / "events").unlink(missing_ok=True)
    process = os.fork()
    if process == 0:
        child(asked, out)
    _, status, used = os.wait4(process, 0)
    events = (out / "events").read_text(encoding="ascii").splitlines() if asked["watched"] else []
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss // 1024,
        "printed": (out / "printed").read_bytes().decode("utf-8", "replace"),
        "events": [json.loads(line) for line in events],
    }


def main() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)  # what is printed while it warms up is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        if "warm" in asked:
            with (
                Path(os.devnull).open("w", encoding="utf-8") as nowhere,
                contextlib.redirect_stdout(nowhere),
                contextlib.redirect_stderr(nowhere),
            ):
                answer: object = [run(arguments) for arguments in asked["warm"]]
        else:
            answer = ended(asked)
        os.write(answers, json.dumps(answer).encode("ascii") + b"\n")


if __name__ == "__main__":
    main()
