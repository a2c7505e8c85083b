"""The face for programs, /api/v1/: which room answers where, named by text."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authtoken.views import obtain_auth_token

urlpatterns = [
    path("token/", obtain_auth_token, name="api-token"),
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
