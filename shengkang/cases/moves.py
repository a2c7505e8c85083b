"""The life of a dispute as the paper procedure has it: states, and the only moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.life import Move


class Status(models.TextChoices):
    REPORTED = "reported", pgettext_lazy("case", "reported")  # 待受理
    ACCEPTED = "accepted", pgettext_lazy("case", "accepted")  # 已受理
    MEDIATING = "mediating", pgettext_lazy("case", "in mediation")  # 调解中
    AGREED = "agreed", pgettext_lazy("case", "agreed")  # 达成协议
    SETTLED = "settled", pgettext_lazy("case", "settled")  # 已化解
    ARCHIVED = "archived", pgettext_lazy("case", "archived")  # 已归档
    REFERRED = "referred", pgettext_lazy("case", "referred")  # 已移交
    TERMINATED = "terminated", pgettext_lazy("case", "ended without settlement")  # 已终止


S = Status
OPEN = (S.REPORTED, S.ACCEPTED, S.MEDIATING, S.AGREED)
ENDED_WELL = (S.SETTLED, S.ARCHIVED)


MOVES: dict[str, Move] = {
    "open":       Move(_("registered"), (), S.REPORTED),
    "join":       Move(_("reported again"), (*OPEN, S.SETTLED), None),
    "accept":     Move(_("graded and accepted"), (S.REPORTED,), S.ACCEPTED),
    "assign":     Move(_("assigned"), OPEN, None),
    "mediate":    Move(_("mediation begun"), (S.ACCEPTED,), S.MEDIATING),
    "session":    Move(_("mediation session held"), (S.MEDIATING,), None),
    "agree":      Move(_("agreement recorded"), (S.MEDIATING,), S.AGREED),
    "settle":     Move(_("settled"), (S.AGREED,), S.SETTLED),
    "settle_on_the_spot": Move(_("settled on the spot"), (S.REPORTED,), S.SETTLED),
    "follow_up":  Move(_("follow-up visit"), (S.SETTLED,), None),
    "archive":    Move(_("archived"), (S.SETTLED,), S.ARCHIVED),
    "reopen":     Move(_("reopened"), (S.SETTLED, S.ARCHIVED, S.TERMINATED), S.ACCEPTED),
    "refer":      Move(_("referred"), OPEN, S.REFERRED),
    "take_back":  Move(_("taken back"), (S.REFERRED,), S.ACCEPTED),
    "terminate":  Move(_("ended without settlement"), (S.ACCEPTED, S.MEDIATING, S.AGREED), S.TERMINATED),
    "correct":    Move(_("registration corrected"), OPEN, None),
}  # fmt: skip
