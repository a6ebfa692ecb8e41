"""`python -m eiginfra`: the same program as `eiginfra`."""

from eiginfra.cli.main import main

main()
