"""Fixed texts of the protocol, and what marks its fields.

They are apart from `protocol`, so that `tutor` does not load lsprotocol, which takes longer than all its other imports.
"""

from __future__ import annotations

DIAGNOSTIC_SOURCE = "Ask Tutor"
"""The value of `source` in the language server's own diagnostics."""

AI_LABEL = "AI-generated, can be wrong"
"""The label of an answer with words of a model. Answers without such words have no label of this kind."""

CONFIGURATION_SECTION = "tutor"
"""The section of the editor's settings for `workspace/configuration`. `initializationOptions` has the same fields."""

CELL_METADATA = "tutor"
"""The key of `NotebookCell.metadata` under which a client sends `{"outputs": [{"mime", "data"}]}`, both strings.

LSP does not transmit the output of cells. The mime types are VS Code's: `application/vnd.code.notebook.error` with
the JSON `{"name", "message", "stack"}`, `application/vnd.code.notebook.stdout`, `….stderr`, `text/plain`.
"""

CELL_ERROR_MIME = "application/vnd.code.notebook.error"

CHECKED_BOOLEAN = {"type": bool}
"""Metadata of a field that must be a boolean. Its command checks the type, since the converter accepts any value."""
