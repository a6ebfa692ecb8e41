"""The whole kill sweep: a first apply of three teams, killed after every single request and at every journal write, and taken up again.

python benchmarks/faults.py [--every N] [--workers 4]
"""

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.kills import Trial, open_bench


def sweep(what: str, share: int, of: int, every: int) -> list[Trial]:
    """One worker's part of all places, on a lab of its own."""
    with tempfile.TemporaryDirectory() as folder, open_bench(Path(folder) / "bench") as bench:
        # Threads make the count vary a little; a place past the end of a run is a run that lived.
        places = range(1, bench.count(what) + 1, every)
        return [bench.trial(what, place) for place in places[share::of]]


def main() -> int:
    """Sweep, and print one line for requests and journal writes together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="try every N-th place only")
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        jobs = [
            pool.submit(sweep, what, share, options.workers, options.every)
            for what in ("requests", "writes")
            for share in range(options.workers)
        ]
        trials = [trial for job in jobs for trial in job.result()]
    killed = [trial for trial in trials if trial.killed]
    converged = [trial for trial in killed if trial.converged]
    duplicates = sum(trial.duplicates for trial in trials)
    for trial in trials:
        if not trial.converged or trial.duplicates:
            print(f"{trial.what} {trial.place}: {trial.why or 'not converged'}; {trial.duplicates} duplicates")
    lived = len(trials) - len(killed)
    at_requests = sum(trial.what == "requests" for trial in killed)
    print(f"{at_requests} at request boundaries, the rest at journal writes; {lived} runs ended before their kill")
    print(f"kills: {len(killed)} tried, {len(converged)} converged, {duplicates} duplicates")
    return 0 if len(converged) == len(killed) and not duplicates else 1


if __name__ == "__main__":
    sys.exit(main())
