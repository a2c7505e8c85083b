"""Phone pages of this room."""

app_name = "posts"
urlpatterns = []
