"""Phone pages of hazards."""

app_name = "hazards"
urlpatterns = []
