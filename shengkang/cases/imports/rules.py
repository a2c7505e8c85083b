"""The tables the dispute desk works by, read in from `data/`; a real station needs them before its first case."""

import csv
from datetime import date
from pathlib import Path

from django.db import models, transaction

from shengkang.cases.models import (
    Category,
    GateQuestion,
    GateRule,
    LawText,
    Limit,
    PoliceClass,
    RiskBand,
    RiskSignal,
    Rung,
)

DATA = Path(__file__).parent.parent / "data"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _add(model: type[models.Model], things: list[models.Model]) -> int:
    """Write what is missing; rows that somebody changed stay as they are. Gives how many the file lists."""
    model.objects.bulk_create(things, ignore_conflicts=True)
    return len(things)


@transaction.atomic
def load_case_rules() -> dict[str, int]:
    """Write the rows of `data/*.csv` that are missing. Gives how many each file lists, by the table's name in the file system."""
    counts = {
        "dispute_categories": _add(
            Category,
            [
                Category(code=row["code"], name=row["name"], examples=row["examples"], about_status=row["about_status"] == "1")
                for row in _rows("dispute_categories")
            ],
        ),
        "police_classes": _add(
            PoliceClass,
            [
                PoliceClass(code=row["code"], name=row["name"], is_dispute=row["is_dispute"] == "1")
                for row in _rows("police_classes")
            ],
        ),
        "law_texts": _add(
            LawText,
            [
                LawText(
                    law=row["law"],
                    article=row["article"],
                    in_force_from=date.fromisoformat(row["in_force_from"]),
                    in_force_to=date.fromisoformat(row["in_force_to"]) if row["in_force_to"] else None,
                    source=row["source"],
                    text=row["text"],
                )
                for row in _rows("law_texts")
            ],
        ),
        "gate_questions": _add(
            GateQuestion,
            [
                GateQuestion(
                    code=row["code"], place=int(row["place"]), on_the_spot=row["on_the_spot"] == "1", text=row["text"],
                    hint=row["hint"],
                )
                for row in _rows("gate_questions")
            ],
        ),
        "risk_signals": _add(
            RiskSignal,
            [
                RiskSignal(code=row["code"], place=int(row["place"]), points=int(row["points"]), text=row["text"])
                for row in _rows("risk_signals")
            ],
        ),
        "risk_bands": _add(
            RiskBand, [RiskBand(risk=row["risk"], from_points=int(row["from_points"])) for row in _rows("risk_bands")]
        ),
        "limits": _add(
            Limit,
            [
                Limit(grade=row["grade"], status=row["status"], working_days=int(row["working_days"]))
                for row in _rows("limits")
            ],
        ),
        "rungs": _add(
            Rung,
            [
                Rung(cause=row["cause"], desk=row["desk"], after_working_days=int(row["after_working_days"]))
                for row in _rows("rungs")
            ],
        ),
    }  # fmt: skip
    articles = {(text.law, text.article): text for text in LawText.objects.order_by("in_force_from")}
    counts["gate_rules"] = _add(
        GateRule,
        [
            GateRule(
                code=row["code"], question_id=row["question"], answer=row["answer"] == "1", procedure=row["procedure"],
                effect=row["effect"], reason=row["reason"], law_text=articles[row["law"], row["article"]],
            )
            for row in _rows("gate_rules")
        ],
    )  # fmt: skip
    return counts
