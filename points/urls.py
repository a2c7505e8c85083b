from points.urls_evaluation import urlpatterns as evaluation_urls

app_name = "points"
urlpatterns = [*evaluation_urls]
