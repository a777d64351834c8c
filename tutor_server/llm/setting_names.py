"""The names of a model's settings in lines for the operator: variables, or keys of the providers file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tutor_server.llm.model_profiles import RemoteModel


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingNames:
    """The names of one model's settings. `place` is that in the providers file, or None."""

    base_url: str
    key: str
    model: str
    options: str
    place: str | None

    @classmethod
    def of(cls, model: RemoteModel) -> Self:
        """Return the names of a model's settings."""
        spec = model.spec
        if model.place is not None:
            return cls(
                base_url=f"base_url of {model.place}",
                key=model.options.key_name or f"key_variable of {model.place}",
                model=f"model of {model.place}",
                options=f"options of {model.place}",
                place=model.place,
            )
        return cls(
            base_url=spec.base_url_variable,
            key=spec.key_variable,
            model=spec.model_variable,
            options=spec.options_variable,
            place=None,
        )

    def to_set_key(self) -> str:
        """Return what to write for a key."""
        return f"set {self.key}" if self.place is None else f'write key_variable = "…" in {self.place}'

    def to_set_base_url(self, url: str) -> str:
        """Return what to write for this base URL."""
        return f"write {self.base_url}={url}" if self.place is None else f'write base_url = "{url}" in {self.place}'

    def to_set_model(self, name: str) -> str:
        """Return what to write for this model."""
        return f"write {self.model}={name}" if self.place is None else f'write model = "{name}" in {self.place}'

    def to_set_context(self, tokens: int) -> str:
        """Return what to write for a context of this size."""
        if self.place is None:
            return f"write TUTOR_CONTEXT_TOKENS={tokens}"
        return f"write context_tokens = {tokens} in {self.place}"

    def less_thinking(self, model: RemoteModel) -> str:
        """Return what to write so that a model thinks less."""
        if model.spec.name == "openai":
            example = '{"reasoning_effort": "low"} or {"chat_template_kwargs": {"enable_thinking": false}}'
        else:
            example = '{"thinking": {"type": "disabled"}}'
        if self.place is None:
            return f"to turn that off, write {self.options}={example}, if the model knows it"
        return f'to turn that off, write thinking = "off" in {self.place}, if the model knows it'
