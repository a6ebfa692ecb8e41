"""What holds for all tests: generated tests are not judged by the speed of a loaded machine, nor a change by the luck of a draw.

`make test` draws the same examples every time; `make hunt` draws others, and many more.
"""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("same", deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("hunt", deadline=None, suppress_health_check=SLOW, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Reports are in English here, whatever the machine that runs the tests speaks; tests of the language set these themselves.
os.environ.pop("EIGINFRA_LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"
