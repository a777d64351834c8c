"""Fixtures and command-line options that all tests share."""

from __future__ import annotations

import gc
import shutil
import signal
import sys
from typing import TYPE_CHECKING

import hypothesis
import pytest
from aiohttp import ClientSession

from testing.installations import KINDS, installation_of
from testing.migrated import put_database
from testing.required import REQUIRE_ALL, missing
from testing.servers import PostgresServer, RedisServer, find_postgres, throw_away_postgres
from testing.service import RunningService, Service, sign_up_student
from testing.warm_start import allow_warm_starts, cold_starts
from tests.quick import EXAMPLES, is_quick, spare_parameters
from tutor_analysis.processor_time import OverBudget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator

    from testing.installations import Installation
    from testing.service import SignUp, StartService

    RequireProgram = Callable[[str], str]


_OF_EDITORS = ("test_neovim", "test_jupyter")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options `--torture`, `--quick` and `--case`."""
    parser.addoption("--torture", action="store_true", help="also run the long load and fault runs")
    parser.addoption("--quick", action="store_true", help="run what starts no program and no service, on few examples")
    parser.addoption("--case", help="of tests that run many cases, run only cases with this text in their name")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register markers and Hypothesis profiles: random with `--torture`, otherwise the same examples in every run."""
    # A shell starts a background job with Ctrl-C ignored (POSIX sh), and the programs under test would ignore it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for marker in (
        "torture: a long run, only with --torture",
        "real_time: waits as people do, or takes long; only with TUTOR_TEST_REQUIRE=all",
        "on_postgres: the same test with PostgreSQL; `make test` leaves it to TUTOR_TEST_REQUIRE=all",
        "editor: drives an editor or JupyterLab; likewise",
    ):
        config.addinivalue_line("markers", marker)
    hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
    hypothesis.settings.register_profile("torture", max_examples=2000, deadline=None)
    hypothesis.settings.register_profile("quick", derandomize=True, deadline=None, max_examples=EXAMPLES)
    hypothesis.settings.load_profile(_profile(config))
    _pass_over_budgets_in_destructors()
    allow_warm_starts()


def _pass_over_budgets_in_destructors() -> None:
    """Let no test fail because a budget's timer has struck in a destructor: Python goes on, and it strikes again."""
    report = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, OverBudget):
            report(unraisable)

    sys.unraisablehook = hook


def _profile(config: pytest.Config) -> str:
    return next((name for name in ("torture", "quick") if config.getoption(f"--{name}")), "suite")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests without the garbage collector, which goes through all that is kept, and pass over this later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests; deselect long ones without `--torture`, and with `--quick` those that start a program."""
    if config.getoption("--quick"):
        _deselect(config, items, [item for item in items if not is_quick(item)])
        _deselect(config, items, spare_parameters(items))
    for item in items:
        if "postgres" in item.name.partition("[")[2]:
            item.add_marker(pytest.mark.on_postgres)
        if item.path.parent.name == "editors" or item.path.name.startswith(_OF_EDITORS):
            item.add_marker(pytest.mark.editor)
    if not REQUIRE_ALL:
        for item in items:
            if item.get_closest_marker("real_time"):
                item.add_marker(pytest.mark.skip(reason="takes real time: TUTOR_TEST_REQUIRE=all"))
    if config.getoption("--torture"):
        return
    _deselect(config, items, [item for item in items if item.get_closest_marker("torture")])


def _deselect(config: pytest.Config, items: list[pytest.Item], unwanted: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=unwanted)
    left_out = set(unwanted)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def plugins_of_students() -> Iterator[None]:
    """Let pytest load none of our plugins in a student's folder: that takes three times as long as the tests there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        yield


@pytest.fixture
def cold_start() -> Iterator[None]:
    """Start the programs of the test as users do, with all imports."""
    with cold_starts():
        yield


@pytest.fixture(scope="session")
def require_program() -> RequireProgram:
    """Return a function that finds a program or skips the test; with `TUTOR_TEST_REQUIRE=all` it fails the test."""

    def require(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            missing(f"the program {name}, which is not here")
        return found

    return require


@pytest.fixture(scope="session", params=KINDS)
def installation(request: pytest.FixtureRequest) -> Installation:
    """Return each kind of installation in turn: a laptop's with SQLite, and a university's with several processes."""
    return installation_of(request.param, request)


@pytest.fixture(scope="session")
def service(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a running service with default limits. All tests share it, so each test registers its own students."""
    folder = tmp_path_factory.mktemp("service")
    put_database(folder / "data")
    running = Service(folder, installation.settings(), workers=installation.workers)
    yield running
    assert running.stop() == 0


@pytest.fixture
def start_service(tmp_path_factory: pytest.TempPathFactory) -> StartService:
    """Return a factory of services with other settings; each result is an asynchronous context manager."""

    def start(**settings: str) -> RunningService:
        return RunningService(tmp_path_factory.mktemp("service"), settings)

    return start


@pytest.fixture
def sign_up() -> SignUp:
    """Return a function that registers a new student at a given service."""
    return sign_up_student


@pytest.fixture
async def client(service: Service) -> AsyncIterator[ClientSession]:
    """Return an HTTP client of the shared service."""
    async with ClientSession(service.url) as session:
        yield session


@pytest.fixture(scope="session")
def redis_server(require_program: RequireProgram) -> Iterator[RedisServer]:
    """Return a running Redis, which all tests share."""
    server = RedisServer(require_program("redis-server")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server(require_program: RequireProgram) -> Iterator[PostgresServer]:
    """Return a running PostgreSQL, which all tests share; each test creates its own databases in it.

    PostgreSQL refuses to run as root, so it may run as another user. That user cannot read pytest's temporary folders,
    so the server's data folder is elsewhere.
    """
    with throw_away_postgres(find_postgres() or require_program("initdb")) as server:
        yield server
