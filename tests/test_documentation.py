"""Comparison of the documents in `docs` with the code: nothing is undocumented, and everything documented exists."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.docs_lines import documents
from tutor_lsp import protocol as lsp
from tutor_protocol import FROM_EDITOR, FROM_SERVICE, ErrorCode, Limit
from tutor_server.app import build_app
from tutor_server.connections.descriptors import ADVICE, LARGEST_RESERVE
from tutor_server.evaluation.programs import read_programs
from tutor_server.llm.price_file import PRICE_FILE, read_price_file
from tutor_server.llm.provider import Usage
from tutor_server.llm.registry import SPECS
from tutor_server.settings import Settings
from tutor_server.settings.providers_file import PROVIDER_KEYS, read_providers_file

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
VARIABLE = rf"`((?:TUTOR|{'|'.join(SPECS).upper()})_[A-Z_]+)`"
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
MARKED = set(re.findall(r"`([^`]+)`", CONTRACT))


def section(title: str) -> str:
    """Return the section of the contract whose heading starts with a title."""
    (found,) = re.findall(rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)", CONTRACT, re.MULTILINE | re.DOTALL)
    return str(found)


def variables() -> Iterator[str]:
    """Yield the environment variable of every setting."""
    for name, field in Settings.model_fields.items():
        yield str(field.validation_alias or f"TUTOR_{name.upper()}")


def test_every_setting_is_documented_and_none_is_made_up() -> None:
    """The contract's table of settings lists exactly the fields of `Settings`."""
    documented = set(re.findall(VARIABLE, section("Settings of the service")))

    assert documented - {"TUTOR_SERVER_URL", "TUTOR_ACCESS_TOKEN"} == set(variables())


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        ("TUTOR_MESSAGES_PER_MINUTE", "messages_per_minute"),
        ("TUTOR_CONNECTIONS_PER_USER", "connections_per_user"),
        ("TUTOR_DAILY_MESSAGE_CAP", "daily_message_cap"),
        ("TUTOR_LLM_CALLS_PER_MINUTE", "llm_calls_per_minute"),
        ("TUTOR_MAX_HINT_LEVEL", "max_hint_level"),
    ],
)
def test_documented_defaults_are_those_of_the_code(variable: str, field: str) -> None:
    """The default values in the contract's table of settings are those of `Settings`."""
    assert f"| `{variable}` | {int(Settings.model_fields[field].default)} |" in CONTRACT


def test_every_route_is_documented_and_none_is_made_up(tmp_path: Path) -> None:
    """The contract lists exactly the methods and paths of the service's routes."""
    app = build_app(Settings(data_dir=tmp_path))
    routed = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    documented = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?\s]*)", CONTRACT))

    assert documented == routed


@pytest.mark.parametrize("name", [*FROM_EDITOR, *FROM_SERVICE])
def test_every_field_of_every_frame_is_documented(name: str) -> None:
    """The contract's table row for a WebSocket frame names all fields of the frame."""
    (row,) = re.findall(rf"^\| `{name}` \|(.*)$", section("WebSocket"), re.MULTILINE)
    kind = (FROM_EDITOR | FROM_SERVICE)[name]

    assert {field.name for field in fields(kind)} <= set(re.findall(r"\w+", row))


def test_every_code_and_limit_is_documented() -> None:
    """The contract names every error code and every limit."""
    assert {str(code) for code in ErrorCode} | {str(limit) for limit in Limit} <= MARKED


def test_every_message_and_command_of_the_language_server_is_documented() -> None:
    """The contract lists exactly the commands and notifications of the language server."""
    text = section("Language server")
    names = {value for value in vars(lsp).values() if isinstance(value, str) and re.match(r"tutor[./]\w+", value)}

    assert set(re.findall(r"`(tutor(?:\.|/answer/|/diagnostics/|/signIn/|/status/)\w+)`", text)) == names


def test_the_readme_lists_settings_that_exist() -> None:
    """Every setting that the README names exists."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {*variables(), "TUTOR_SERVER_URL", "TUTOR_ACCESS_TOKEN"}

    assert set(re.findall(VARIABLE, readme)) <= known


OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_operations_says_what_each_setting_is_for() -> None:
    """The table of settings in `docs/operations.md` names exactly the existing settings."""
    (table,) = re.findall(r"^## Which setting does what\n(.*?)(?=^## )", OPERATIONS, re.MULTILINE | re.DOTALL)

    assert set(re.findall(VARIABLE, table)) == set(variables())


def test_the_numbers_of_open_files_fit_together() -> None:
    """The limits of open files in `docs/operations.md` suffice for nginx's connections and for those to the service."""
    numbers = dict(
        re.findall(r"^\s*(LimitNOFILE|worker_rlimit_nofile|worker_connections)[= ](\d+)", OPERATIONS, re.MULTILINE)
    )
    service, nginx, connections = (
        int(numbers[name]) for name in ("LimitNOFILE", "worker_rlimit_nofile", "worker_connections")
    )

    assert f"LimitNOFILE={service} " in ADVICE
    assert connections < nginx
    assert connections // 2 < service - LARGEST_RESERVE


def _toml_examples() -> list[str]:
    """Return the examples of TOML in `docs/operations.md`: providers, prices, programs to measure a model with."""
    return re.findall(r"^```toml\n(.*?)^```", OPERATIONS, re.MULTILINE | re.DOTALL)


def test_the_example_of_programs_can_be_read(tmp_path: Path) -> None:
    """The example of programs for `tutor-server evaluate` in `docs/operations.md` is valid."""
    *_, example = _toml_examples()
    lines = "'" * 3 + "\na\nb\nc\nd\ne\n" + "'" * 3
    (tmp_path / "programs.toml").write_text(re.sub(r"'{3}.*?'{3}", lines, example, flags=re.DOTALL))

    (program,) = read_programs(tmp_path / "programs.toml")

    assert (program.id, program.line, program.fixed) == ("mean-of-none", 5, "a\nb\nc\nd\ne\n")


def test_the_example_of_a_price_file_is_one(tmp_path: Path) -> None:
    """The example of a price file in `docs/operations.md` is valid, and gives the intended prices."""
    _, example, _ = _toml_examples()
    (tmp_path / PRICE_FILE).write_text(example)

    prices = read_price_file(tmp_path)[("openai", "llama3.1:8b")]

    assert prices.dollars(Usage(1_000_000, 0, 1_000_000)) == Decimal("0.20")
    assert prices.dollars(Usage(100_000, 1_000_000, 100_000)) == Decimal("0.301")


def test_the_example_of_a_providers_file_is_one(tmp_path: Path) -> None:
    """The example of a providers file in `docs/operations.md` is valid, and its chain ends in the built-in tutor."""
    example, *_ = _toml_examples()
    (tmp_path / "providers.toml").write_text(example)

    table = read_providers_file(tmp_path / "providers.toml", {"MISTRAL_API_KEY": "key"})

    assert table.chain == ("gpu", "mistral", "offline")


def test_every_key_of_the_providers_file_is_documented() -> None:
    """The contract's table of the providers file names exactly the keys that a provider may have."""
    (table,) = re.findall(r"^### Providers file\n(.*?)^The language server", CONTRACT, re.MULTILINE | re.DOTALL)
    keys = {key for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}

    assert keys == set(PROVIDER_KEYS)


def test_operations_names_every_metric() -> None:
    """`docs/operations.md` names exactly the metrics of `/metrics`."""
    api = ROOT / "tutor_server" / "api"
    source = "".join(
        (api / name).read_text(encoding="utf-8") for name in ("metrics.py", "queue_metrics.py", "course_metrics.py")
    )
    of_models = {f"tutor_model_{name}_total" for name in re.findall(r'\bcounter\("(\w+)"', source)}
    named = set(re.findall(r'"(tutor_\w+)"', source))

    assert set(re.findall(r"`(tutor_\w+)`", OPERATIONS)) == of_models | named


LEVELS = {"debug", "info", "warning", "error", "exception"}


def logged() -> Iterator[tuple[str, set[str]]]:
    """Yield each event that the service logs, with the names of its fields."""
    for path in (ROOT / "tutor_server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            method, _, name = ast.unparse(node.func).rpartition(".")
            if (name in LEVELS and method.endswith("log")) or name in {"note", "passed_over"}:
                fields = {keyword.arg for keyword in node.keywords if keyword.arg not in {None, "exc_info"}}
                for event in re.findall(r"'(\w+)'", ast.unparse(node.args[0])):
                    yield event, {str(field) for field in fields}


def test_operations_names_every_event_of_the_log_with_its_fields() -> None:
    """The log table in `docs/operations.md` lists exactly the logged events, each with all its fields."""
    (table,) = re.findall(r"^## What the log says\n(.*?)(?=^## )", OPERATIONS, re.MULTILINE | re.DOTALL)
    rows = [row.split(" | ") for row in re.findall(r"^\| (`.*) \|$", table, re.MULTILINE)]
    known = {event: set(re.findall(r"`(\w+)`", row[1])) for row in rows for event in re.findall(r"`(\w+)`", row[0])}
    events = dict(logged())

    assert known.keys() - {"error"} == events.keys()
    assert [(event, fields - known[event]) for event, fields in logged() if fields - known[event]] == []


def test_every_dependency_has_its_reason() -> None:
    """The tables in `docs/dependencies.md` name exactly the packages of `pyproject.toml`, for each group of users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    tables = [
        {name for row in re.findall(r"^\| ([a-z][\w, -]*) \|", part, re.MULTILINE) for name in row.split(", ")}
        for part in re.split(
            r"^## What a notebook needs besides|^## What the service needs besides|^## For development",
            page,
            flags=re.MULTILINE,
        )
    ]
    declared = [
        {re.split(r"[\[>;]", requirement)[0] for requirement in requirements}
        for requirements in (
            project["project"]["dependencies"],
            project["project"]["optional-dependencies"]["jupyter"],
            project["project"]["optional-dependencies"]["server"],
            project["dependency-groups"]["dev"],
        )
    ]

    assert [names - {"package"} for names in tables] == declared


def test_every_decision_has_its_page_and_its_row() -> None:
    """The index of decisions lists each page with number, date and title, in order and without a gap."""
    folder = ROOT / "docs" / "decisions"
    index = re.findall(
        r"^\| \[(\d{4})\]\(([^)]+)\) \| ([\d-]+) \| (.+) \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    pages = sorted(path.name for path in folder.glob("0*.md"))

    assert [name for _, name, _, _ in index] == pages
    assert [int(number) for number, _, _, _ in index] == list(range(1, len(pages) + 1))
    for number, name, date, title in index:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. {title}\n\nDate: {date}\n")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"[AEHLPST]\d{1,2}")


def numbered_tests() -> Iterator[tuple[str, str, set[str]]]:
    """Yield the file and name of each test, with the numbers of the guarantees in its name and docstring.

    Test modules and test classes are included, since their docstrings also contain such numbers.
    """
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                name = "" if isinstance(node, ast.Module) else node.name
                prefix = re.match(r"test((?:_[aehlpst]\d{1,2})+)_", name)
                in_name = prefix[1].upper().split("_")[1:] if prefix else []
                in_docstring = re.findall(rf"\b{NUMBER.pattern}\b", ast.get_docstring(node) or "")
                yield path.name, name, {*in_name, *in_docstring}


def guarantees() -> dict[str, set[str]]:
    """Return the names of the tests that `docs/guarantees.md` lists for each guarantee, by its number."""
    entries = re.findall(rf"^- \*\*({NUMBER.pattern})\.\*\*(.*?)(?=^- |^## )", GUARANTEES, re.MULTILINE | re.DOTALL)
    return {number: set(re.findall(r"`(test_\w+)`", text)) for number, text in entries}


def test_every_number_in_a_test_is_a_guarantee() -> None:
    """`docs/guarantees.md` explains every guarantee number in the names and docstrings of tests."""
    known = set(guarantees())
    unknown = {(file, name, number) for file, name, numbers in numbered_tests() for number in numbers - known}

    assert unknown == set()


def test_every_guarantee_names_tests_that_exist() -> None:
    """Every guarantee in `docs/guarantees.md` names at least one test, and every named test exists."""
    names = {name for _, name, _ in numbered_tests()}

    assert [number for number, tests in guarantees().items() if not tests] == []
    assert {number: tests - names for number, tests in guarantees().items() if tests - names} == {}


def test_every_fault_of_pygls_is_described() -> None:
    """`docs/guarantees.md` explains every fault number in `test_pygls_remedies.py`."""
    source = (ROOT / "tests" / "lsp" / "test_pygls_remedies.py").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| (\d+) \|", GUARANTEES, re.MULTILINE))

    assert set(re.findall(r'^    """(\d+): ', source, re.MULTILINE)) <= described


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub creates for a document's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """Each relative link names an existing file and, if it has an anchor, an existing heading of that file."""
    text = path.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:|command:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        linked = (path.parent / target).resolve() if target else path

        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.read_text(encoding="utf-8")), f"{target}#{anchor}"
