"""How a paper leaves the house: as a download that is kept nowhere on the way."""

from django.http import HttpResponse


def download(content: bytes, file_name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
