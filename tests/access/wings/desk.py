"""The desk of disputes: a list of cases that everybody may keep for himself."""

from shengkang.cases.models import SavedFilter
from tests.access.trio import by_user


def lay(place, at) -> None:
    users = {*place.users.values(), place.colleague["officer"]}
    place.kept_lists = {
        user.pk: SavedFilter.objects.create(user=user, name="超期", query="hand=overdue") for user in users if user is not None
    }


BUILDERS = {"kept_list": by_user("kept_lists")}
