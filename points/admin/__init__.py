"""The staff's desk of the reward."""

from points.admin import evaluation

__all__ = ["evaluation"]
