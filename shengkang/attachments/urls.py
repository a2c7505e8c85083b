from django.urls import path

from shengkang.attachments import views

app_name = "attachments"
urlpatterns = [path("<uuid:pk>/", views.show, name="file")]
