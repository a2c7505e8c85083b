"""The life of a hazard: found → assigned → put right → looked at again. Nothing is put right by saying so: somebody else looks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.life import Move


class Status(models.TextChoices):
    FOUND = "found", pgettext_lazy("hazard", "found")  # 待交办
    ASSIGNED = "assigned", pgettext_lazy("hazard", "being put right")  # 整改中
    PUT_RIGHT = "put_right", pgettext_lazy("hazard", "put right, to be looked at")  # 待复查
    CLOSED = "closed", pgettext_lazy("hazard", "looked at and closed")  # 已销号
    DISMISSED = "dismissed", pgettext_lazy("hazard", "no hazard")  # 不予立项


S = Status
OPEN = (S.FOUND, S.ASSIGNED, S.PUT_RIGHT)

MOVES: dict[str, Move] = {
    "find":       Move(_("found"), (), S.FOUND),
    "assign":     Move(pgettext_lazy("hazard", "assigned"), (S.FOUND, S.ASSIGNED), S.ASSIGNED),
    "put_right":  Move(_("put right"), (S.FOUND, S.ASSIGNED), S.PUT_RIGHT),
    "look_again": Move(_("looked at again"), (S.PUT_RIGHT,), S.CLOSED),
    "send_back":  Move(_("sent back"), (S.PUT_RIGHT,), S.ASSIGNED),
    "dismiss":    Move(_("found to be none"), (S.FOUND, S.ASSIGNED), S.DISMISSED),
    "reopen":     Move(_("came back"), (S.CLOSED, S.DISMISSED), S.FOUND),
}  # fmt: skip
