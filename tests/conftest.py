"""What holds for all tests: generated tests are not judged by the speed of a loaded machine."""

from hypothesis import HealthCheck, settings

settings.register_profile("eiginfra", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("eiginfra")
