"""Who may open an account by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """`domains` holds the e-mail domains that may register; None: every one."""

    domains: frozenset[str] | None

    @classmethod
    def parse(cls, setting: str) -> Self:
        """Read `open`, `closed` or `domains:uni.example,…`. A domain does not stand for its subdomains."""
        if setting == "open":
            return cls(None)
        _, _, domains = setting.partition(":")
        return cls(frozenset(domain.strip().lower() for domain in domains.split(",") if domain.strip()))

    def admits(self, email: str) -> bool:
        """Tell whether an address (lower-case) may register."""
        return self.domains is None or email.rpartition("@")[2] in self.domains
