"""The clock's face: names as on the clock page, and twice is as good as once."""

from shengkang.cases.tasks import remind_of_follow_ups
from shengkang.notices.models import Notice


def test_reminding_twice_tells_once(life):
    life.settled()  # in March; its three visits have long been due
    assert remind_of_follow_ups.name == "cases.remind_of_follow_ups"
    remind_of_follow_ups()
    remind_of_follow_ups()
    assert Notice.objects.filter(kind="case.follow_up").count() == 3
