"""The pages of deeds and evaluation; points/urls.py includes them."""

from django.urls import path

from points.views import evaluation

urlpatterns = [
    path("deeds/", evaluation.DeedList.as_view(), name="deeds"),
    path("deeds/new/", evaluation.RecordDeed.as_view(), name="record-deed"),
    path("deeds/to-confirm/", evaluation.DeedsToConfirm.as_view(), name="deeds-to-confirm"),
    path("deeds/<int:pk>/confirm/", evaluation.ConfirmDeed.as_view(), name="confirm-deed"),
    path("why/", evaluation.Why.as_view(), name="why"),
    path("publication/", evaluation.PublicationPage.as_view(), name="publication"),
    path("publication/<int:pk>/", evaluation.PublicationPage.as_view(), name="publication-of"),
    path("publication/<int:pk>/sheet/", evaluation.PublicationSheet.as_view(), name="publication-sheet"),
]
