"""Checks of the project's texts: commit messages, documents, docstrings and comments.

Each module is a program for a developer's checkout, run as `python -m tools.NAME` by `make check` or by a Git hook of
`.pre-commit-config.yaml`. It prints one line for each finding, `FILE:LINE: problem`, and exits with status 1 if it
printed any. `docs/style.md` states the rules that the programs check. `generate_protocol` writes a file instead.
Nothing here is part of the wheel.
"""
