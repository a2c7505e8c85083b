"""The life of an alarm: raised → acknowledged → on the way → arrived → closed with a code. The alarm carries the furthest state
that any responder reached; who did what is in its steps."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.life import Move


class Status(models.TextChoices):
    RAISED = "raised", pgettext_lazy("alarm", "raised")  # 待接警
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("alarm", "acknowledged")  # 已接警
    ON_THE_WAY = "on_the_way", pgettext_lazy("alarm", "on the way")  # 赶赴中
    ARRIVED = "arrived", pgettext_lazy("alarm", "arrived")  # 已到场
    CLOSED = "closed", pgettext_lazy("alarm", "closed")  # 已处置


S = Status
OPEN = (S.RAISED, S.ACKNOWLEDGED, S.ON_THE_WAY, S.ARRIVED)

MOVES: dict[str, Move] = {
    "raise":       Move(_("alarm raised"), (), S.RAISED),
    "again":       Move(_("pressed again"), OPEN, None),
    "acknowledge": Move(_("acknowledged"), (S.RAISED,), S.ACKNOWLEDGED),
    "join":        Move(_("acknowledged too"), (S.ACKNOWLEDGED, S.ON_THE_WAY, S.ARRIVED), None),
    "depart":      Move(_("on the way"), (S.ACKNOWLEDGED,), S.ON_THE_WAY),
    "follow":      Move(_("on the way too"), (S.ON_THE_WAY, S.ARRIVED), None),
    "arrive":      Move(_("arrived"), (S.ACKNOWLEDGED, S.ON_THE_WAY), S.ARRIVED),
    "arrive_too":  Move(_("arrived too"), (S.ARRIVED,), None),
    "widen":       Move(_("told further people"), (S.RAISED,), None),
    "correct":     Move(_("note added"), OPEN, None),
    "close":       Move(pgettext_lazy("alarm", "closed"), OPEN, S.CLOSED),
    "reopen":      Move(_("reopened"), (S.CLOSED,), S.RAISED),
}  # fmt: skip
