"""A fake upstream for model providers. It speaks both real wire formats on loopback, with any fault on request."""

from __future__ import annotations

from testing.fake_upstream.behaviour import AFTER_TEXT, BY_MODEL, ECHOES, REPLY, Behaviour
from testing.fake_upstream.server import KEY, FakeUpstream, ReceivedCall

__all__ = ["AFTER_TEXT", "BY_MODEL", "ECHOES", "KEY", "REPLY", "Behaviour", "FakeUpstream", "ReceivedCall"]
