"""Workarounds for faults of pygls 2.1.1. Each has a test that fails once the fault is fixed upstream.

| module | fault of upstream |
| --- | --- |
| `open_documents` | reads documents that the editor has not opened from disk; fails at edits of such documents |
| `error_replies` | sends tracebacks in error replies; shows the exception's text in a pop-up |
| `pending_requests` | keeps the futures of notifications and of unanswered requests for ever; cannot cancel a command |
| `messages` | leaves malformed requests unanswered; accepts requests before `initialize`; fails without `params` |
| `lifecycle` | builds its own workspace; changes a dict while iterating over it; exits with 0 where LSP requires 1 |
| `language_server` | keeps the token of every progress for ever |

Outside this package, `text_document` corrects positions and line ends, `framing` reads frames, and `stdio` keeps other
output off stdout. Two faults are avoided without code. The server only offers incremental sync, because full sync
destroys edited notebook cells. Every handler is `async def`, because a synchronous one blocks all later messages.
"""
