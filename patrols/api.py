"""The face for programs."""

urlpatterns = []
