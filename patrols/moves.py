"""How somebody becomes a volunteer (百户义防): 自荐 → 百户长推荐 → 村干部评议 → 派出所审核, each step a row."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.life import Move


class Status(models.TextChoices):
    APPLIED = "applied", pgettext_lazy("volunteer", "applied")  # 待推荐
    RECOMMENDED = "recommended", pgettext_lazy("volunteer", "recommended")  # 待评议
    REVIEWED = "reviewed", pgettext_lazy("volunteer", "reviewed by the village")  # 待审核
    ENROLLED = "enrolled", pgettext_lazy("volunteer", "enrolled")  # 已入队
    DECLINED = "declined", pgettext_lazy("volunteer", "declined")  # 未通过
    LEFT = "left", pgettext_lazy("volunteer", "left")  # 已退出


S = Status
COMING = (S.APPLIED, S.RECOMMENDED, S.REVIEWED)

MOVES: dict[str, Move] = {
    "apply":     Move(_("applied"), (), S.APPLIED),
    "recommend": Move(_("recommended by a head"), (S.APPLIED,), S.RECOMMENDED),
    "review":    Move(_("reviewed by the village"), (S.RECOMMENDED,), S.REVIEWED),
    "approve":   Move(_("approved by the station"), (S.REVIEWED,), S.ENROLLED),
    "decline":   Move(_("declined"), COMING, S.DECLINED),
    "leave":     Move(pgettext_lazy("volunteer", "left"), (*COMING, S.ENROLLED), S.LEFT),
    "return":    Move(_("applied again"), (S.DECLINED, S.LEFT), S.APPLIED),
}  # fmt: skip
