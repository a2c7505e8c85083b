from points.api_evaluation import urlpatterns as evaluation_urls

urlpatterns = [*evaluation_urls]
