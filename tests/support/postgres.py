"""A PostgreSQL server that only we see, from Debian's server binaries; skipped where there are none."""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
_NUMBERS = itertools.count(1)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The folder of its socket."""
    if not BINARIES:
        pytest.skip("no PostgreSQL server binaries in /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="eigpg-", dir="/tmp"))  # a socket's path is at most 107 bytes long
    user = None
    if os.getuid() == 0:  # initdb refuses root
        user = next((name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}), None)
        if user is None:
            pytest.skip("PostgreSQL does not run as root, and there is no other user here")
        shutil.chown(folder, user)
    binaries = BINARIES[-1].parent

    def run(program: str, *arguments: str) -> None:
        command = [f"{binaries}/{program}", "-D", f"{folder}/data", *arguments]
        done = subprocess.run(command, cwd="/", user=user, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 0, done.stderr

    try:
        run("initdb", "--auth=trust", "--username=eig", "--no-sync", "--encoding=UTF8", "--locale=C")
        run("pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} -c listen_addresses='' -c fsync=off")
        try:
            yield str(folder)
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_schema(folder: str) -> str:
    """The URL of a schema that nobody has used yet, on the server with that socket's folder."""
    schema = f"journal{next(_NUMBERS)}"
    base = f"postgresql+psycopg://eig@/postgres?host={folder}"
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    return f"{base.replace('+psycopg', '')}&options=-csearch_path%3D{schema}"
