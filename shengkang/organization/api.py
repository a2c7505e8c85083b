"""The organization's face for programs, and what all API faces share."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Keyset paging: the last page costs what the first costs."""

    ordering = "-id"
    page_size = 50
