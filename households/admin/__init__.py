"""Homes, residents, heads, what they are asked for and what they saw, at the desk."""

from households.admin import campaigns, choosing, heads, homes, telling, training

__all__ = ["campaigns", "choosing", "heads", "homes", "telling", "training"]
