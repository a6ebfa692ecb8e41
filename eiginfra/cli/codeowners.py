"""`eiginfra codeowners`: who owns which file, for GitLab."""

from eiginfra.cli import options
from eiginfra.wiring.asked import Paths


@options.files
def run(*, paths: Paths) -> int:
    """Print CODEOWNERS for GitLab. Made from approvals and teams: EIG Link approves every file; members are optional owners of theirs."""
    from eiginfra.render.console import write_page
    from eiginfra.wiring.codeowners import owners

    write_page(owners(paths))
    return 0
