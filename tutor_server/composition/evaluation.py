"""Builds the parts with which `tutor-server evaluate` asks: those of the service, without its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.composition.tutoring import build_ledger, rules_of
from tutor_server.evaluation.asking import Parts
from tutor_server.tutoring.refusals import RefusalCount

if TYPE_CHECKING:
    from tutor_analysis.analyst import Analyst
    from tutor_server.composition.inputs import Inputs
    from tutor_server.composition.llm import Models
    from tutor_server.composition.storage import Storage


def build_evaluation(inputs: Inputs, storage: Storage, models: Models, analyst: Analyst) -> Parts:
    """Build the parts of an evaluation."""
    return Parts(
        analyst=analyst,
        chain=models.chain,
        ledger=build_ledger(inputs, storage, models),
        rules=rules_of(inputs.settings),
        refusals=RefusalCount(storage.database, inputs.clock),
    )
