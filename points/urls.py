from django.urls import path

from points.urls_evaluation import urlpatterns as evaluation_urls
from points.views import counter, mine

app_name = "points"
urlpatterns = [
    path("", mine.Mine.as_view(), name="mine"),
    path("card/", mine.Card.as_view(), name="card"),
    path("card.svg", mine.CardPicture.as_view(), name="card_picture"),
    path("redemptions/", mine.Redemptions.as_view(), name="redemptions"),
    path("redemptions/<int:pk>/", mine.Receipt.as_view(), name="receipt"),
    path("counter/", counter.Counter.as_view(), name="counter"),
    path("counter/shop/<int:pk>/", counter.ChooseShop.as_view(), name="choose_shop"),
    path("counter/<uuid:card>/", counter.Basket.as_view(), name="basket"),
    path("counter/slip/<int:pk>/", counter.HandOver.as_view(), name="hand_over"),
    path("counter/slip/<int:pk>/collect/", counter.Collect.as_view(), name="collect"),
    path("counter/slip/<int:pk>/cancel/", counter.Cancel.as_view(), name="cancel"),
    path("stock/", counter.Stock.as_view(), name="stock"),
    path("stock/receive/", counter.Receive.as_view(), name="receive"),
    *evaluation_urls,
]
