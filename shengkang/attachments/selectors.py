"""What hangs on a thing."""

from django.urls import reverse

from shengkang.attachments.models import Attachment
from shengkang.organization.desk_parts import moment


def files_of(*owners) -> list[dict]:
    """The photos and files of rows of one model, oldest first, as the pages of the desk show them."""
    if not owners:
        return []
    label = owners[0]._meta.label_lower
    hanging = Attachment.objects.filter(owner_label=label, owner_id__in=[owner.pk for owner in owners])
    return [
        {
            "url": reverse("attachments:file", args=[each.pk]),
            "title": each.title or each.get_kind_display(),
            "picture": each.kind == Attachment.Kind.PICTURE,
            "width": each.width,
            "height": each.height,
            "meta": f"{each.by.name} · {moment(each.at)}",
        }
        for each in hanging.select_related("by")
    ]
