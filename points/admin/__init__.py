<<<<<<< HEAD
"""The desk's face of the reward. Facts and states are read-only; what may be done is a button."""

from points.admin import ledger, shops

__all__ = ["ledger", "shops"]
=======
"""The staff's desk of the reward."""

from points.admin import evaluation

__all__ = ["evaluation"]
>>>>>>> main
