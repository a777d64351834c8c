"""The operator's budgets as the ledger counts them, in nano-dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from decimal import Decimal

    from tutor_server.settings import Settings

NANODOLLARS = 10**9
"""Nano-dollars in a dollar."""


def budgets_of(settings: Settings) -> Budgets:
    """Return the daily and the monthly budget; a budget that is not set is None."""
    return Budgets(
        daily=_nanodollars(settings.daily_budget_usd),
        monthly=_nanodollars(settings.monthly_budget_usd),
    )


def _nanodollars(dollars: Decimal | None) -> int | None:
    return None if dollars is None else int(dollars * NANODOLLARS)
