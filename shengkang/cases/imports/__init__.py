"""What comes into the dispute desk as rows: its own tables, calls from the 110 feed, cases of an old ledger; and what goes out."""

from shengkang.cases.imports import calls, ledger  # noqa: F401 they hang their sheets
from shengkang.cases.imports.rules import load_case_rules

__all__ = ["load_case_rules"]
