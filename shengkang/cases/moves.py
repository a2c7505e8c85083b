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
    MERGED = "merged", pgettext_lazy("case", "merged")  # 已并案


S = Status
OPEN = (S.REPORTED, S.ACCEPTED, S.MEDIATING, S.AGREED)
ENDED_WELL = (S.SETTLED, S.ARCHIVED)


MOVES: dict[str, Move] = {
    "open":       Move(_("registered"), (), S.REPORTED),
    "join":       Move(_("reported again"), (*OPEN, S.SETTLED, S.ARCHIVED, S.REFERRED, S.TERMINATED), None),
    "merge":      Move(_("merged into another case"), (S.REPORTED, S.ACCEPTED), S.MERGED),
    "split":      Move(_("taken out of the other case"), (S.MERGED,), S.REPORTED),
    "gate":       Move(_("procedure checked"), OPEN, None),
    "protect":    Move(_("made a protected case"), (S.REPORTED, S.ACCEPTED), None),
    "accept":     Move(_("graded and accepted"), (S.REPORTED,), S.ACCEPTED),
    "assess":     Move(_("risk judged"), OPEN, None),
    "assign":     Move(_("assigned"), OPEN, None),
    "offer":      Move(_("offered to a colleague"), (S.ACCEPTED, S.MEDIATING, S.AGREED), None),
    "take_over":  Move(_("taken over"), (S.ACCEPTED, S.MEDIATING, S.AGREED), None),
    "decline":    Move(_("taking over declined"), (S.ACCEPTED, S.MEDIATING, S.AGREED), None),
    "pause":      Move(_("clock stopped"), (S.ACCEPTED, S.MEDIATING, S.AGREED), None),
    "resume":     Move(_("clock started again"), (S.ACCEPTED, S.MEDIATING, S.AGREED), None),
    "inquire":    Move(_("inquiry made"), (S.ACCEPTED, S.MEDIATING), None),
    "mediate":    Move(_("mediation begun"), (S.ACCEPTED,), S.MEDIATING),
    "session":    Move(_("mediation session held"), (S.MEDIATING,), None),
    "break_off":  Move(_("mediation ended without agreement"), (S.MEDIATING, S.AGREED), S.ACCEPTED),
    "agree":      Move(_("agreement recorded"), (S.MEDIATING,), S.AGREED),
    "sign":       Move(_("agreement signed"), (S.AGREED, S.SETTLED), None),
    "perform":    Move(_("obligation performed"), (S.AGREED, S.SETTLED, S.ARCHIVED), None),
    "confirm":    Move(_("judicial confirmation"), (S.AGREED, S.SETTLED, S.ARCHIVED), None),
    "settle":     Move(_("settled"), (S.AGREED,), S.SETTLED),
    "settle_on_the_spot": Move(_("settled on the spot"), (S.REPORTED,), S.SETTLED),
    "admonish":   Move(_("letter of admonition served"), (S.ACCEPTED,), None),
    "follow_up":  Move(_("follow-up visit"), (S.SETTLED, S.ARCHIVED, S.ACCEPTED, S.REFERRED, S.TERMINATED), None),
    "archive":    Move(_("archived"), (S.SETTLED,), S.ARCHIVED),
    "reopen":     Move(_("reopened"), (S.SETTLED, S.ARCHIVED, S.TERMINATED), S.ACCEPTED),
    "refer":      Move(_("referred"), OPEN, S.REFERRED),
    "answer":     Move(_("answer of the other office"), (S.REFERRED,), None),
    "take_back":  Move(_("taken back"), (S.REFERRED,), S.ACCEPTED),
    "terminate":  Move(_("ended without settlement"), (S.ACCEPTED, S.MEDIATING, S.AGREED), S.TERMINATED),
    "correct":    Move(_("registration corrected"), OPEN, None),
}  # fmt: skip

# The line of the access matrix (object "dispute") that each step asks of whoever takes it; every face reads it here.
ACTIONS: dict[str, str] = {
    "open": "create",
    "settle_on_the_spot": "create",
    "join": "create",
    "merge": "assign",
    "split": "assign",
    "gate": "mediate",
    "protect": "assign",
    "accept": "assign",
    "assess": "assign",
    "assign": "assign",
    "offer": "mediate",
    "take_over": "mediate",
    "decline": "mediate",
    "pause": "mediate",
    "resume": "mediate",
    "inquire": "mediate",
    "mediate": "mediate",
    "session": "mediate",
    "break_off": "mediate",
    "agree": "mediate",
    "sign": "mediate",
    "perform": "mediate",
    "confirm": "mediate",
    "settle": "close",
    "admonish": "close",
    "follow_up": "mediate",
    "archive": "close",
    "reopen": "close",
    "refer": "close",
    "answer": "close",
    "take_back": "close",
    "terminate": "close",
    "correct": "assign",
}
