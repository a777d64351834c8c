"""What a program prints."""

from __future__ import annotations

import contextlib
import io


def printed_by(code: str, name: str = "__main__") -> list[str]:
    """Run one of our own programs and return the lines that it prints; it may end by `SystemExit`.

    `name` is the value of `__name__`, which an imported module has otherwise.
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        exec(compile(code, "<example>", "exec"), {"__name__": name})  # noqa: S102 - the code is from our own tables
    return printed.getvalue().split("\n")[:-1]
