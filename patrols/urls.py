"""Phone pages of this room."""

app_name = "patrols"
urlpatterns = []
