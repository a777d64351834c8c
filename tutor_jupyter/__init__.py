"""The tutor in Jupyter: `%load_ext tutor_jupyter`, then `%tutor` and `%%tutor` answer below their cell.

It runs in the kernel, in any frontend. Asks go through the same language server as those of editors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to a kernel (`%load_ext tutor_jupyter`)."""
    from tutor_jupyter.magics import load  # noqa: PLC0415 - IPython is there only in a kernel

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Remove what `load_ipython_extension` has added, but for the magics, which then say so."""
    from tutor_jupyter.magics import unload  # noqa: PLC0415 - likewise

    unload(shell)
