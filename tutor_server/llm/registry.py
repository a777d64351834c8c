"""The registry of providers: every module of `tutor_server.llm.providers`, by name."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from tutor_server.llm import providers
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.provider_spec import ProviderSpec

if TYPE_CHECKING:
    from collections.abc import Mapping


def _find() -> dict[str, ProviderSpec]:
    found: dict[str, ProviderSpec] = {}
    for module in sorted(pkgutil.iter_modules(providers.__path__), key=lambda module: module.name):
        spec = getattr(import_module(f"{providers.__name__}.{module.name}"), "SPEC", None)
        if not isinstance(spec, ProviderSpec) or spec.name != module.name:
            raise TypeError(f"{providers.__name__}.{module.name} declares no ProviderSpec of its own name")
        found[spec.name] = spec
    return found


SPECS: Mapping[str, ProviderSpec] = _find()
"""The provider names in alphabetical order, which is the order of the chain if the operator sets none."""

KNOWN_NAMES = (*SPECS, OFFLINE)
"""The names that `TUTOR_LLM_PROVIDERS` may contain."""
