"""The organization's pages at the desk."""

from shengkang.organization.admin import accounts, approvals, people, places, records, sheets
from shengkang.organization.log_in import admin as log_in

__all__ = ["accounts", "approvals", "log_in", "people", "places", "records", "sheets"]
