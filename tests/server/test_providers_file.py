"""The providers file, and the options of a model's calls: what they give, and one line for each mistake."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tutor_server.errors import SettingsError
from tutor_server.llm.model_profiles import load_model_profiles
from tutor_server.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

GPU = '[[provider]]\nname = "gpu"\nformat = "openai"\nbase_url = "http://127.0.0.1:8000/v1"\nmodel = "qwen3:8b"\n'
CLOUD = """[[provider]]
name = "cloud"
format = "openai"
base_url = "https://api.mistral.ai/v1"
model = "mistral-small-latest"
"""
FULL = f"""{GPU}context_tokens = 6000
max_output_tokens = 500
concurrency = 4
thinking = "low"
thinking_tokens = 2000
options = {{ temperature = 0.3, chat_template_kwargs = {{ enable_thinking = true }} }}
price = {{ input = 0.1, output = 0.25 }}

{CLOUD}key_variable = "CLOUD_KEY"
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the machine's own variables, and set the variable of the file."""
    for name in [name for name in os.environ if name.startswith(("TUTOR_", "ANTHROPIC_", "OPENAI_", "CLOUD_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUTOR_PROVIDERS_FILE", str(tmp_path / "providers.toml"))


def write(folder: Path, text: str) -> None:
    """Write the providers file."""
    (folder / "providers.toml").write_text(text)


def refusal() -> str:
    """Return the one line with which the settings are refused."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_providers_stand_in_the_order_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each table is a provider by its own name; the chain ends in `offline`; the old setting is not asked."""
    monkeypatch.setenv("CLOUD_KEY", "secret-of-the-cloud")
    monkeypatch.setenv("TUTOR_LLM_PROVIDERS", "anthropic")
    write(tmp_path, FULL)
    settings = load_settings()
    gpu, cloud = settings.remote_models

    assert settings.chain == ("gpu", "cloud", "offline")
    assert (gpu.name, gpu.base_url, gpu.api_key, gpu.concurrency) == ("qwen3:8b", "http://127.0.0.1:8000/v1", None, 4)
    assert (gpu.options.context_tokens, gpu.options.max_output_tokens, gpu.options.thinking_tokens) == (6000, 500, 2000)
    assert gpu.options.body == {"temperature": 0.3, "chat_template_kwargs": {"enable_thinking": True}}
    assert (cloud.api_key, cloud.options.key_name) == ("secret-of-the-cloud", "CLOUD_KEY")
    assert "secret-of" not in repr(settings) + repr(cloud)


@pytest.mark.parametrize(("of_all", "bounds"), [(None, {"gpu": 4}), ("2", {"gpu": 4, "cloud": 2})])
def test_a_providers_own_bound_of_calls_goes_before_that_of_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, of_all: str | None, bounds: dict[str, int]
) -> None:
    """`concurrency` is the bound of its provider; the others have `TUTOR_LLM_CONCURRENCY`, or none."""
    monkeypatch.setenv("CLOUD_KEY", "secret-of-the-cloud")
    if of_all is not None:
        monkeypatch.setenv("TUTOR_LLM_CONCURRENCY", of_all)
    write(tmp_path, FULL)

    assert load_settings().call_bounds == bounds


def test_a_key_may_stand_in_the_env_file(tmp_path: Path) -> None:
    """The variable of a key is read from `.env`, too."""
    write(tmp_path, f'{CLOUD}key_variable = "CLOUD_KEY"\n')
    (tmp_path / ".env").write_text("CLOUD_KEY=from-the-file\n")
    (cloud,) = load_settings(tmp_path / ".env").remote_models
    assert cloud.api_key == "from-the-file"


@pytest.mark.parametrize(("line", "chain"), [("", ("gpu", "offline")), ("offline = false\n", ("gpu",))])
def test_a_chain_ends_offline_unless_the_file_says_otherwise(tmp_path: Path, line: str, chain: tuple[str, ...]) -> None:
    """`offline = false` leaves the built-in tutor out."""
    write(tmp_path, line + GPU)
    assert load_settings().chain == chain


def test_prices_come_from_the_file_or_the_vendors_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A price of the file counts; else the list's, by the vendor whose address the base URL is."""
    monkeypatch.setenv("CLOUD_KEY", "key")
    write(tmp_path, FULL)
    gpu, cloud = load_model_profiles(load_settings().remote_models)

    assert gpu.prices is not None
    assert gpu.prices[0].prices.rates.output == Decimal("0.25")
    assert cloud.prices is not None
    assert (gpu.provider, gpu.format, cloud.provider) == ("gpu", "openai", "cloud")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "has no provider: write a [[provider]] table for each"),
        ("[provider]\nname = 1", "has no provider: write a [[provider]] table"),
        ("x = 1\n" + GPU, "x is not known here: write [[provider]] tables"),
        ("= 1", "Invalid"),
        (GPU + GPU, "provider 2: name gpu is taken by an earlier provider"),
        (GPU.replace('"gpu"', '"G P U"'), "provider 1: name is up to 20 of a-z"),
        (GPU.replace('"openai"', '"gemini"'), "provider 1 (gpu): format is anthropic, openai or offline"),
        (GPU.replace("http:", "ftp:"), "provider 1 (gpu): base_url is an address that starts with https:// or http://"),
        (GPU.replace("base_url", "url"), "provider 1: url is not known here: write one of name, format, base_url"),
        (GPU.replace('model = "qwen3:8b"', ""), "provider 1 (gpu): model is the name of a model"),
        (
            '[[provider]]\nname = "x"\nformat = "openai"\n',
            "has neither base_url nor key_variable: write key_variable =",
        ),
        (GPU + 'key_variable = "sk-marker"\n', "key_variable is the name of the variable that holds the key"),
        (GPU + 'key_variable = "GPU_KEY"\n', "key_variable names GPU_KEY, which is not set"),
        (GPU + 'thinking = "hard"\n', "thinking is off, low, medium, high or unmarked"),
        (GPU + "concurrency = 0\n", "concurrency is a number from 1 to 10000"),
        (GPU + 'context_tokens = "8k"\n', "context_tokens is a number from 500 to 10000000"),
        (
            GPU + "options = { max_tokens = 9 }\n",
            "options sets max_tokens, which the tutor sets itself: set TUTOR_MAX_OUT",
        ),
        (GPU + "options = 3\n", "options is no JSON object"),
        (GPU + "price = { input = 1 }\n", "price: output is missing"),
        (GPU + "price = 3\n", "price is a table such as"),
        ('[[provider]]\nformat = "offline"\n' + GPU, "offline never fails, so it can only be the last provider"),
        ('offline = false\n[[provider]]\nformat = "offline"\n', "offline = false, but a provider is offline"),
        ('[[provider]]\nformat = "offline"\nmodel = "x"\n', "provider 1 (offline): model means nothing for offline"),
    ],
)
def test_a_mistake_is_named_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    """The line names the setting, the file, the table and the key, says what to write, and repeats no key."""
    write(tmp_path, text)
    said = refusal()

    assert said.startswith(f"TUTOR_PROVIDERS_FILE: {tmp_path / 'providers.toml'}: ")
    assert line in said
    assert "marker" not in said


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """A missing file is named."""
    assert refusal() == f"TUTOR_PROVIDERS_FILE: {tmp_path / 'providers.toml'} does not exist"


@pytest.mark.parametrize("name", ["OPENAI", "ANTHROPIC"])
@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("temperature=1", 'is no JSON: write an object such as {"temperature": 0.3}'),
        ("[1]", "is no JSON object"),
        ('{"model": "x"}', "sets model, which the tutor sets itself: name the model in its own setting"),
        ('{"messages": []}', "sets messages, which the tutor sets itself: leave it out"),
        ('{"system": "x"}', "sets system, which the tutor sets itself"),
        ('{"stream": false}', "sets stream, which the tutor sets itself"),
        ('{"max_tokens": 1}', "sets max_tokens, which the tutor sets itself: set TUTOR_MAX_OUTPUT_TOKENS"),
        ('{"n": 3}', "sets n, which the tutor sets itself"),
        ('{"options": {"num_predict": -1}}', "sets num_predict, which the tutor sets itself"),
        ('{"extra_body": {}}', "sets extra_body, which the tutor sets itself: write its fields without it"),
    ],
)
def test_options_that_are_ours_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, line: str
) -> None:
    """An option that the tutor owns stops the start with one line that names the setting."""
    write(tmp_path, GPU)
    monkeypatch.setenv(f"TUTOR_{name}_OPTIONS", value)
    assert refusal().startswith(f"TUTOR_{name}_OPTIONS: {line}")


def test_options_reach_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The options of a provider without a file are its variable's."""
    monkeypatch.delenv("TUTOR_PROVIDERS_FILE")
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("TUTOR_OPENAI_OPTIONS", '{"reasoning_effort": "low", "temperature": 0.2}')
    (model,) = load_settings().remote_models
    assert model.options.body == {"reasoning_effort": "low", "temperature": 0.2}
    assert model.options.asks_to_think
