"""The desk's face of the reward. Facts and states are read-only; what may be done is a button."""

from points.admin import evaluation, ledger, shops

__all__ = ["evaluation", "ledger", "shops"]
