"""Remedies for faults of pygls 2.1.1. Each has a test that fails once the fault is fixed upstream.

| module | what upstream does |
| --- | --- |
| `open_documents` | reads documents that the editor has not opened from disk; fails at edits of such documents |
| `error_replies` | sends tracebacks in error replies; shows the exception's text in a pop-up |
| `pending_requests` | keeps the futures of notifications and of unanswered requests for ever; cannot cancel a command |
| `messages` | leaves malformed requests unanswered; takes requests before `initialize`; fails without `params` |
| `lifecycle` | builds its own workspace; cancels while it iterates; exits with 0 where LSP wants 1 |
| `language_server` | keeps the token of every progress for ever |

Outside this package: `text_document` corrects positions and line ends, `framing` reads frames, `stdio` keeps other
output off stdout. Two faults need no code: the server asks for incremental sync only, because full sync destroys edited
notebook cells, and every handler is `async def`, because a synchronous handler blocks all messages behind it.
"""
