"""All attacks of tests/support/attacks: each sets a trap, lets eiginfra work, and is held where nothing of it came true.

python benchmarks/attack.py [--kind N] [--workers 4]
"""

import argparse
import shutil
import sys
import tempfile
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.attacks import Ground, every


def attacked(share: int, of: int, kind: int | None) -> list[tuple[str, str | None]]:
    """One worker's part: the name of each attack, and why it was not held."""
    ended: list[tuple[str, str | None]] = []
    with tempfile.TemporaryDirectory(prefix="eiginfra-attacks-") as folder:
        ground = Ground(Path(folder))
        for found in [found for found in every() if kind in (None, found.kind)][share::of]:
            try:
                found.run(ground.fresh())
                ended.append((str(found), None))
            except Exception:  # noqa: BLE001 - whatever it is, it was not held
                ended.append((str(found), traceback.format_exc(limit=-3)))
            shutil.rmtree(ground.folder, ignore_errors=True)
        ground.close()
    return ended


def main() -> int:
    """Try them, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", type=int, help="only those of one kind, as docs/findings.md numbers them")
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        jobs = [pool.submit(attacked, share, options.workers, options.kind) for share in range(options.workers)]
        ended = [item for job in jobs for item in job.result()]
    for name, why in sorted(ended):
        if why is not None:
            print(f"{name}: {why}")
    held = sum(why is None for _, why in ended)
    print(f"attacks: {len(ended)} tried, {held} held")
    return 0 if held == len(ended) else 1


if __name__ == "__main__":
    sys.exit(main())
