"""What of the homes may come and go as Excel: the homes, the people who live in them, the heads who look after them."""

from households.imports import heads, homes, residents

__all__ = ["heads", "homes", "residents"]
