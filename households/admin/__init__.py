"""Homes, residents, heads and what they saw, at the desk."""

from households.admin import heads, homes, telling

__all__ = ["heads", "homes", "telling"]
