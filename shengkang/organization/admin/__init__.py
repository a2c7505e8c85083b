"""The organization's pages at the desk."""

from shengkang.organization.admin import accounts, approvals, people, places, records, sheets

__all__ = ["accounts", "approvals", "people", "places", "records", "sheets"]
