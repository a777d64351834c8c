# noqa: INP001 - this folder is put on the import path of a student's program, and is not a package
"""When a student's program fails, write the small values on the failing line to a file (`tutor_lsp.runner.values`).

The student's Python, of any version, loads this module before the program (`site` imports `sitecustomize`). The program
sees the original path, environment and modules, including the installation's own `sitecustomize`. This module imports
only modules that Python has already loaded, because a file of the student's may have the name of any other module. A
value is only shown if that runs no code of the student's.

If the program runs in a terminal (`tutor_lsp.runner.attended`), the traceback and what the student has typed are
written beside the values, because only the terminal has the output.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType
    from typing import Any

MAX_VALUES = 8
MAX_CHARACTERS = 80
"""The maximum number of characters of a value, and of the expression that it belongs to."""
MAX_TYPED = 20
"""The maximum number of typed lines that are kept: the last ones."""
MAX_TRACEBACK = 64 * 1024
"""The maximum number of characters of a traceback that are kept."""
MAX_DEPTH = 2
"""The maximum nesting depth of containers that are shown."""
ATOMS = (type(None), bool, float, complex, range)
CONTAINERS = (list, tuple, set, frozenset, dict)
SECRETS = ("passw", "passphrase", "passcode", "secret", "token", "apikey", "kennwort", "contrase", "pincode")
INSTALLED = ("site-packages", "dist-packages", "Lib")
ARRAYS = (("numpy", "ndarray"), ("pandas", "DataFrame"), ("pandas", "Series"), ("torch", "Tensor"))

HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is not loaded yet
PROGRAM = os.environ.pop("TUTOR_PROGRAM", "")
VALUES_FILE = os.environ.pop("TUTOR_VALUES_FILE", "")
IN_TERMINAL = os.environ.pop("TUTOR_IN_TERMINAL", "") == "1"
OWN_PROCESS = os.getpid()
typed: list[str] = []
prompts: list[str] = []


def leave() -> None:
    """Remove this folder from the import path and this module from `sys.modules`, also for child processes."""
    if HERE in sys.path:
        sys.path.remove(HERE)
    sys.path_importer_cache.pop(HERE, None)
    sys.modules.pop("sitecustomize", None)
    ours, separator, rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if ours == HERE:
        if separator:
            os.environ["PYTHONPATH"] = rest
        else:
            del os.environ["PYTHONPATH"]


def watch() -> None:
    """Install a hook that writes the values after the traceback has been printed."""
    printing = sys.excepthook

    def excepthook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        copy = Copy(sys.stderr) if IN_TERMINAL and sys.stderr is not None else None
        if copy is None:
            printing(kind, error, traceback)
        else:
            sys.stderr = copy
            try:
                printing(kind, error, traceback)
            finally:
                if sys.stderr is copy:
                    sys.stderr = copy.stream
        if os.getpid() == OWN_PROCESS:
            try:
                if copy is not None:
                    write(".traceback", "".join(copy.texts))
                    write(".typed", "\n".join(typed))
                tell(traceback)
            except Exception:  # noqa: BLE001, S110 - a failure here must not change how the program ends
                pass

    if sys.__excepthook__ is printing:  # The student's own hook may call `sys.__excepthook__` or compare with it.
        sys.__excepthook__ = excepthook
    sys.excepthook = excepthook
    if IN_TERMINAL and hasattr(sys, "addaudithook"):  # Python 3.8 or newer.
        sys.addaudithook(listen)


class Copy:
    """Passes on what is written to stderr, and keeps its beginning."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.texts: list[str] = []
        self.room = MAX_TRACEBACK

    def write(self, text: str) -> Any:
        """Write to stderr."""
        self.texts.append(text[: self.room])
        self.room = max(0, self.room - len(text))
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    """Keep what `input()` returns: the audit event tells it, so the function itself stays as it is."""
    if event == "builtins.input" and os.getpid() == OWN_PROCESS:
        prompts[:] = [str(arguments[0])] if type(arguments[0]) is str else []
    elif event == "builtins.input/result" and os.getpid() == OWN_PROCESS and type(arguments[0]) is str:
        text = arguments[0]
        if is_secret("".join(prompts) + " " + calling_line(sys._getframe(1))):  # noqa: SLF001 - its documented purpose
            typed.append("…")
        else:
            typed.append(repr(text[:MAX_CHARACTERS]) + ("…" if len(text) > MAX_CHARACTERS else ""))
        if len(typed) > MAX_TYPED:
            del typed[0]
            typed[0] = "…"


def calling_line(frame: FrameType) -> str:
    """Return the line of code of a frame, or an empty text."""
    try:
        with open(frame.f_code.co_filename, "rb") as file:  # noqa: PTH123 - pathlib is not loaded yet
            return file.read().splitlines()[frame.f_lineno - 1].decode("utf-8", "replace")
    except (OSError, IndexError):
        return ""


def is_secret(text: str) -> bool:
    """Return whether a prompt or a line of code asks for a password, a token or the like, which is not kept."""
    words = "".join(character if character.isalnum() else " " for character in text.lower()).split()
    return any(word in ("pin", "pwd", "key") or any(part in word for part in SECRETS) for word in words)


def write(suffix: str, text: str) -> None:
    """Write a file beside that of the values."""
    with open(VALUES_FILE + suffix, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123 - pathlib is not loaded yet
        file.write(text)


def tell(traceback: TracebackType | None) -> None:
    """Write the line number and the file, and then `name = value` for each value on the failing line."""
    place: TracebackType | None = None
    while traceback is not None:
        if is_own(traceback.tb_frame.f_code.co_filename):
            place = traceback
        traceback = traceback.tb_next
    if place is None:
        return
    file_name = place.tb_frame.f_code.co_filename
    with open(file_name, "rb") as program:  # noqa: PTH123 - pathlib is not loaded yet
        line = program.read().splitlines()[place.tb_lineno - 1].decode("utf-8", "replace")
    found: dict[str, str] = {}
    for name in names(line):
        text = shown(look_up(name, place.tb_frame))
        if text is not None and len(found) < MAX_VALUES:
            found[name] = text
    lines = [str(place.tb_lineno) + " " + file_name] + [name + " = " + text for name, text in found.items()]
    write("", "\n".join(lines))


def is_own(file_name: str) -> bool:
    """Return whether a file is the student's own, by the same rule as `tutor_lsp.runner.traceback.is_own`."""
    if file_name == PROGRAM:
        return True
    for program in (PROGRAM, os.path.realpath(PROGRAM)):
        root = os.path.normcase(os.path.dirname(program)).rstrip(os.sep) + os.sep  # noqa: PTH120 - pathlib is not loaded yet
        if os.path.normcase(file_name).startswith(root):
            parts = file_name[len(root) :].replace(os.sep, "/").split("/")
            return not any(is_installed(part) for part in parts)
    return False


def is_installed(folder: str) -> bool:
    """Return whether a folder belongs to an installed Python or a virtual environment."""
    is_version = folder[:6] in ("python", "Python") and folder[6:].replace(".", "").isdigit()
    return folder in INSTALLED or folder.startswith(".") or is_version


def names(line: str) -> Iterator[str]:
    """Yield the names in a line of code. The object of an attribute comes before it: `self`, then `self.total`."""
    word = ""
    for character in line + "\n":
        if character.isalnum() or character in "_.":
            word += character
            continue
        parts = word.split(".")
        if all(part.isidentifier() for part in parts) and len(word) <= MAX_CHARACTERS and character not in "'\"":
            yield parts[0]
            if len(parts) > 1:
                yield ".".join(parts[:2])
        word = ""


def look_up(name: str, frame: FrameType) -> Any:
    """Return the value of a name in a frame, or the module `sys`, whose value is never shown, if it has none."""
    root, _, attribute = name.partition(".")
    scope = frame.f_locals if root in frame.f_locals else frame.f_globals
    value = scope.get(root, sys)
    if not attribute or value is sys or type(value) is type(sys) or root.startswith("__"):
        return sys if attribute or root.startswith("__") else value
    try:
        return object.__getattribute__(value, "__dict__").get(attribute, sys)
    except AttributeError:
        return sys


def shown(value: Any, depth: int = 0) -> str | None:
    """Return a value as a short one-line text, or None if it is not plain data."""
    kind = type(value)
    text = None
    if (
        kind in ATOMS
        or (kind is int and value.bit_length() < 4 * MAX_CHARACTERS)
        or (kind in (str, bytes) and len(value) <= MAX_CHARACTERS)
        or (kind in CONTAINERS and is_plain(value, kind, depth))
    ):
        text = repr(value)
    if text is not None and len(text) <= MAX_CHARACTERS:
        return text
    if depth == 0 and (kind in CONTAINERS or kind in (str, bytes)):
        return "<" + kind.__name__ + " of length " + str(len(value)) + ">"
    for module, name in ARRAYS:
        if getattr(sys.modules.get(module), name, None) is kind:
            return ("<" + name + " of shape " + str(value.shape) + data_type(value) + ">")[:MAX_CHARACTERS]
    return None


def is_plain(container: Any, kind: type, depth: int) -> bool:
    """Return whether a container is small and holds plain data."""
    if depth >= MAX_DEPTH or len(container) > MAX_CHARACTERS // 2:
        return False
    items = [*container, *container.values()] if kind is dict else container
    return all(type(item).__module__ == "builtins" and shown(item, depth + 1) is not None for item in items)


def data_type(array: Any) -> str:
    """Return a comma and the type of an array's elements."""
    kind = getattr(array, "dtype", None)
    return "" if kind is None else ", " + str(kind)


leave()
try:
    # Load the installation's own module. If there is none, this import fails as it would in a normal start.
    import sitecustomize  # type: ignore[import-not-found] # noqa: F401 - imported for its side effects
finally:
    if VALUES_FILE:
        watch()
