"""`tutor-server check` calls each provider and says in one line what is wrong and what to write instead."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from testing.certificates import PrivateAuthority
from testing.fake_upstream import KEY, Behaviour, FakeUpstream
from testing.servers import free_port
from tutor_server.cli.checking import check
from tutor_server.errors import SettingsError
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FORMATS = ("openai", "anthropic")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own keys."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def settings_of(folder: Path, name: str, url: str, *, key: str | None = KEY, **others: Any) -> Settings:
    """Return settings of one provider at a base URL."""
    values = {"data_dir": folder, "llm_providers": (name,), f"{name.upper()}_BASE_URL": url, f"{name}_model": "any"}
    if key is not None:
        values[f"{name.upper()}_API_KEY"] = key
    return Settings.model_validate(values | others)


async def lines(settings: Settings) -> list[str]:
    """Return the lines of a check about providers."""
    kinds = {(True, False): "wrong", (False, True): "warn", (False, False): "ok"}
    return [
        f"{kinds[finding.is_wrong, finding.is_warning]} {finding.text}"
        for finding in await check(settings)
        if finding.subject.startswith("provider")
    ]


def url_of(upstream: FakeUpstream, name: str) -> str:
    """Return the right base URL for a format."""
    return upstream.url if name == "anthropic" else upstream.openai_url


@pytest.mark.parametrize("name", FORMATS)
async def test_a_right_configuration_is_ready_after_one_call(upstream: FakeUpstream, tmp_path: Path, name: str) -> None:
    """A provider that answers is ready. The call has the limit of an ask and a few words."""
    ready, *warnings = await lines(settings_of(tmp_path, name, url_of(upstream, name)))

    assert ready == "ok ready"
    assert warnings == ["warn no price is known for any, so that its calls count as unpriced"]
    (call,) = upstream.calls
    assert call.body["max_tokens"] == 800
    assert len(str(call.body["messages"])) < 500


@pytest.mark.parametrize("name", FORMATS)
async def test_a_call_has_the_deadlines_of_the_settings(upstream: FakeUpstream, tmp_path: Path, name: str) -> None:
    """A server that is slower than the settings allow is wrong, as it would be for each ask."""
    upstream.default = Behaviour(first_token_seconds=600)

    (problem,) = await lines(settings_of(tmp_path, name, url_of(upstream, name), first_content_seconds=0.2))

    assert problem.startswith("wrong gave no text in time")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "openai"),
        ("/", "openai"),
        ("/v1/chat/completions", "openai"),
        ("/v1/models", "openai"),
        ("/v1", "anthropic"),
        ("/v1/messages", "anthropic"),
    ],
)
async def test_a_base_url_with_a_wrong_path(upstream: FakeUpstream, tmp_path: Path, path: str, name: str) -> None:
    """A base URL without `/v1`, or with a path too many, is reported with the right one."""
    (line,) = await lines(settings_of(tmp_path, name, f"{upstream.url}{path}"))

    variable = f"{name.upper()}_BASE_URL"
    assert line == f"wrong has its API at another path: write {variable}={url_of(upstream, name)}"


@pytest.mark.parametrize("status", [404, 400])
async def test_a_wrong_model_is_named_with_those_that_exist(
    upstream: FakeUpstream, tmp_path: Path, status: int
) -> None:
    """A model that the server lacks is reported with the models that it lists."""
    upstream.models = ({"id": "qwen3:8b"}, {"id": "llama3.1:8b"})
    upstream.default = Behaviour(status=status, error_type="model_not_found")
    (line,) = await lines(settings_of(tmp_path, "openai", upstream.openai_url))

    assert line == "wrong has no model any: write TUTOR_OPENAI_MODEL=qwen3:8b; it has qwen3:8b, llama3.1:8b"


@pytest.mark.parametrize("name", FORMATS)
async def test_a_missing_and_a_wrong_key(upstream: FakeUpstream, tmp_path: Path, name: str) -> None:
    """A missing key beside a base URL and a refused key are told apart."""
    url, variable = url_of(upstream, name), f"{name.upper()}_API_KEY"

    assert await lines(settings_of(tmp_path, name, url, key=None)) == [
        f"wrong wants a key, and none is set: set {variable}"
    ]
    assert await lines(settings_of(tmp_path, name, url, key="marker")) == [f"wrong refused the key; check {variable}"]


@pytest.mark.parametrize(
    ("models", "pages"),
    [
        (({"id": "any", "max_model_len": 4096},), {}),  # vLLM
        (
            ({"id": "any", "meta": {"n_ctx_train": 32768}},),
            {"/props": {"default_generation_settings": {"n_ctx": 4096}}},
        ),
        (({"id": "any"},), {"/api/ps": {"models": [{"name": "any", "context_length": 4096}]}}),  # Ollama
    ],
    ids=["vllm", "llamacpp", "ollama"],
)
async def test_a_context_that_is_too_small(upstream: FakeUpstream, tmp_path: Path, models: Any, pages: Any) -> None:
    """A context window that is too small for `TUTOR_CONTEXT_TOKENS` is wrong, although a short call works."""
    upstream.models, upstream.pages = models, pages
    (line,) = await lines(settings_of(tmp_path, "openai", upstream.openai_url, max_output_tokens=400))

    assert line == (
        "wrong its context window of 4096 tokens is too small: a call may need 11400 (8000 of the student, 3000 of "
        "instructions, 400 of answer); start the server with a larger one, or write TUTOR_CONTEXT_TOKENS=696"
    )


async def test_thoughts_that_use_up_the_limit(upstream: FakeUpstream, tmp_path: Path) -> None:
    """A model whose thoughts use up the answer and the room beside it is wrong; one that only thinks is a warning."""
    settings = settings_of(tmp_path, "openai", upstream.openai_url)
    upstream.default = Behaviour(thoughts="hm " * 6000, obeys_limit=True)
    (wrong,) = await lines(settings)
    upstream.default = Behaviour(thoughts="hm " * 1000, obeys_limit=True)
    ready, *warnings = await lines(settings)

    assert wrong.startswith(
        "wrong used up the longest answer with its thoughts: to turn that off, write TUTOR_OPENAI_OPTIO"
    )
    assert ready == "ok ready"
    assert any("thinks before it answers" in line for line in warnings)


async def test_no_usage_is_a_warning_and_with_a_budget_wrong(upstream: FakeUpstream, tmp_path: Path) -> None:
    """Missing token counts are a warning. Where a budget is set, they are an error, and so is a missing price."""
    upstream.default = Behaviour(usage="none")
    settings = settings_of(tmp_path, "openai", upstream.openai_url)
    budget = settings_of(tmp_path, "openai", upstream.openai_url, daily_budget_usd="5")

    assert "warn sends no token counts, so that costs are estimates" in await lines(settings)
    (line,) = await lines(budget)
    assert line.startswith("wrong sends no token counts, so that costs are estimates, and a budget is set")
    wrong = [finding.text for finding in await check(budget) if finding.is_wrong]
    assert any("no price is known for any" in text for text in wrong)


async def test_a_page_for_browsers(tmp_path: Path) -> None:
    """A website, or the sign-in page of a network, is reported as such."""
    async with website() as url:
        (line,) = await lines(settings_of(tmp_path, "openai", f"{url}/v1"))
    assert line == "wrong answers with a page for browsers; check OPENAI_BASE_URL: it is no model's address"


async def test_nothing_listens_and_no_such_host(tmp_path: Path) -> None:
    """A refused connection and an unknown host are told apart."""
    (refused,) = await lines(settings_of(tmp_path, "openai", f"http://127.0.0.1:{free_port()}/v1"))
    (unknown,) = await lines(settings_of(tmp_path, "openai", "http://model.invalid/v1"))

    assert refused == "wrong cannot be reached: nothing listens there; start the server, or check OPENAI_BASE_URL"
    assert unknown == "wrong cannot be reached: its host is not known; check OPENAI_BASE_URL"


async def test_tls(upstream: FakeUpstream, tmp_path: Path) -> None:
    """An untrusted certificate, and TLS to a server that speaks plain HTTP, are told apart."""
    async with FakeUpstream(tls=PrivateAuthority(tmp_path).server_context("127.0.0.1")) as secure:
        (untrusted,) = await lines(settings_of(tmp_path, "openai", secure.openai_url))
        (plain,) = await lines(settings_of(tmp_path, "openai", secure.openai_url.replace("https", "http")))
    (no_tls,) = await lines(settings_of(tmp_path, "openai", upstream.openai_url.replace("http", "https")))

    assert untrusted.startswith("wrong cannot be reached: its certificate is not trusted; check OPENAI_BASE_URL")
    assert "it may need https://" in plain
    assert no_tls.startswith("wrong cannot be reached: it does not speak TLS there; write http:// in OPENAI_BASE_URL")


async def test_lines_about_the_providers_file_name_it(upstream: FakeUpstream, tmp_path: Path) -> None:
    """Problems of a provider of the file name its table and what to write there."""
    file = tmp_path / "providers.toml"
    file.write_text(f'[[provider]]\nname = "gpu"\nformat = "openai"\nbase_url = "{upstream.url}"\nmodel = "any"\n')
    wrong, offline = await lines(Settings.model_validate({"data_dir": tmp_path, "providers_file": file}))

    expected = f'write base_url = "{upstream.openai_url}" in provider 1 (gpu) of {file}'
    assert wrong == f"wrong has its API at another path: {expected}"
    assert offline == "ok ready"


async def test_a_wrong_providers_file_is_a_settings_error(tmp_path: Path) -> None:
    """A file that does not exist stops the check with a line that names the setting."""
    settings = Settings.model_validate({"data_dir": tmp_path, "providers_file": tmp_path / "none.toml"})
    with pytest.raises(SettingsError, match=r"TUTOR_PROVIDERS_FILE: .*none\.toml does not exist"):
        await check(settings)


@asynccontextmanager
async def website() -> AsyncIterator[str]:
    """Run a website that answers every request with a page."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield site.name
    finally:
        await runner.cleanup()
