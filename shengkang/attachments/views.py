"""The one door to photos and files: what one may not see is not there."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from shengkang.attachments import nails
from shengkang.attachments.models import Attachment
from shengkang.organization import access


@require_safe
@login_required
def show(request, pk):
    """Pictures in the page, everything else as a download; neither may run anything. 404 for strangers."""
    access.require(request.user, "attachment", "read")
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    nails.note_look(attachment, by=request.user, at=timezone.now())
    return FileResponse(
        attachment.file.open("rb"),
        as_attachment=attachment.kind != Attachment.Kind.PICTURE,
        filename=attachment.file.name.rpartition("/")[2],
        content_type=attachment.media_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=300",
        },
    )
