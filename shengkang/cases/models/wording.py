"""When the words of a case (models/words.py) are written anew: it came, its text was put right, its parties changed."""

import pgtrigger


def rows_touched(operation, case: str, *, rows: str = "new") -> pgtrigger.Trigger:
    """Once for a whole statement; `case` is the column that names the case.

    What goes may take its case along: then words that are gone already stay gone.
    """
    return pgtrigger.Trigger(
        name=f"words_{operation}".lower(),
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**{rows: "touched"}),
        func=(
            f"PERFORM cases_write_words(ARRAY(SELECT DISTINCT {case} FROM touched), {str(rows == 'new').lower()}); "  # noqa: S608
            "RETURN NULL;"
        ),
    )


def text_corrected() -> pgtrigger.Trigger:
    """A move of the state touches no word, so it writes none."""
    return pgtrigger.Trigger(
        name="words_update",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("no", "ledger_no", "place", "story", "opened_at"),
        func="PERFORM cases_write_words(ARRAY[NEW.id], true); RETURN NULL;",
    )


OF_A_CASE = [rows_touched(pgtrigger.Insert, "id"), text_corrected()]
OF_A_PARTY = [
    rows_touched(pgtrigger.Insert, "case_id"),
    rows_touched(pgtrigger.Update, "case_id"),
    rows_touched(pgtrigger.Delete, "case_id", rows="old"),
]
