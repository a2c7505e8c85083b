"""The face for programs, /api/v1/: which room answers where, named by text."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("token/", include("shengkang.organization.log_in.api")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("shengkang.reports.api")),
    path("", include("shengkang.cases.api")),
    path("", include("shengkang.hazards.api")),
    path("", include("households.api")),
    path("", include("posts.api")),
    path("", include("patrols.api")),
    path("", include("points.api")),
]
