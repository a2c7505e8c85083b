"""A table of the case's page, as parts/table.html wants it."""


def table(title, columns, rows) -> dict:
    """`rows`: a cell is a text, or a dict with text and url."""
    return {
        "title": title,
        "columns": [{"label": column} for column in columns],
        "rows": [{"cells": [cell if isinstance(cell, dict) else {"text": cell} for cell in row]} for row in rows],
    }
