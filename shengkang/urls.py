"""Which door leads where. Rooms are named by text, so the wiring imports none of them."""

from django.contrib import admin
from django.urls import include, path

# Under /api/ a refusal is JSON even where no view was found, or one fell over.
handler404 = "shengkang.organization.api.not_found"
handler500 = "shengkang.organization.api.fell_over"

urlpatterns = [
    path("", include("shengkang.organization.urls")),
    path("admin/", admin.site.urls),
    path("files/", include("shengkang.attachments.urls")),
    path("dashboard/", include("shengkang.reports.urls")),
    path("m/", include("shengkang.portal.urls")),
    path("m/notices/", include("shengkang.notices.urls")),
    path("m/cases/", include("shengkang.cases.urls")),
    path("m/hazards/", include("shengkang.hazards.urls")),
    path("m/households/", include("households.urls")),
    path("m/posts/", include("posts.urls")),
    path("m/patrols/", include("patrols.urls")),
    path("m/points/", include("points.urls")),
    path("hooks/", include("posts.hooks")),
    path("api/v1/", include("shengkang.api")),
]
