"""The demo's points supermarkets: shelves, prices, and people who redeem what they have earned."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from points.demo.deeds import reward
from points.models import Item, Price, Shop, Wallet
from points.services import cancel_redemption, collect_redemption, hold_redemption, receive_goods
from points.services.refusals import OutOfStock
from shengkang.organization.demo import Plan
from shengkang.organization.models import User


def open_shops(plan: Plan) -> list[tuple[Shop, User]]:
    shops = []
    for village, keeper in plan.keepers:
        name = (
            f"{village.name}积分超市"
            if village.pk not in {shop.village_id for shop, _keeper in shops}
            else f"{village.name}第二积分超市"
        )
        shop = Shop.objects.create(station=plan.station, village=village, name=name)
        shop.keepers.add(keeper)
        shops.append((shop, keeper))
    return shops


class Counter:
    """All shops at once: restocked each month, redeeming after each closed evaluation."""

    def __init__(self, plan: Plan, shops: list[tuple[Shop, User]]):
        self.plan, self.chance, self.shops = plan, plan.chance("counter"), shops
        goods = reward()["goods"]
        self.items = [Item.objects.create(station=plan.station, name=each["name"], measure=each["measure"]) for each in goods]
        self.points = {item.pk: each["points"] for item, each in zip(self.items, goods, strict=True)}
        self.keeps = {item.pk: each.get("days") for item, each in zip(self.items, goods, strict=True)}
        self.shares = {item.pk: each["share"] for item, each in zip(self.items, goods, strict=True)}
        Price.objects.bulk_create(Price(item=item, points=self.points[item.pk], active_from=plan.begins) for item in self.items)
        self.shown = plan.made["shown volunteer"]
        self.served_until = plan.moment(plan.begins, 9)
        self.done = 0
        self.shelves: dict[int, list[Item]] = {shop.pk: [] for shop, _keeper in shops}
        self.near: dict[int, list[tuple[Shop, User]]] = {}
        for shop, keeper in shops:
            self.near.setdefault(shop.village_id, []).append((shop, keeper))

    def restock(self, month: date) -> None:
        """In the first month and then each quarter every shop fills its shelves; eggs come every month."""
        chance, fresh = self.chance, (month.month - self.plan.begins.month) % 3 == 0
        day = month + timedelta(days=1)
        if day >= self.plan.today:
            return
        for no, (shop, keeper) in enumerate(self.shops):
            for item in self.items:
                perishable = (self.keeps[item.pk] or 999) < 60
                # A small shop has not everything; the first one, whose keeper is shown, has.
                if not (fresh or perishable) or (no and chance.random() < 0.3):
                    continue
                keeps = self.keeps[item.pk]
                if item not in self.shelves[shop.pk]:
                    self.shelves[shop.pk].append(item)
                receive_goods(
                    shop=shop,
                    item=item,
                    pieces=chance.randint(10, 24),
                    received_on=day,
                    expires_on=day + timedelta(days=keeps - chance.randint(0, keeps // 5)) if keeps else None,
                    origin=chance.choice(reward()["shops"]["origins"]),
                    by=keeper,
                    at=self.plan.moment(day, chance.uniform(9, 17)),
                )

    def serve_until(self, end: datetime) -> None:
        """Redemptions from the last evaluation to the next; whoever has points takes what he can pay."""
        plan, chance = self.plan, self.chance
        end = min(end, plan.now)
        wallets = list(
            Wallet.objects.filter(station=plan.station, kind=Wallet.Kind.PERSON, balance__gte=4)
            .order_by("id")
            .values_list("id", "balance", "person__village_id", "person__phone")
        )
        spare = [row for row in wallets if row[3] != self.shown or end < plan.now - timedelta(days=120)]
        # Points come in at the end of the first month, so the first round serves nobody.
        rounds = len(plan.months) - 1
        count = min(len(spare), max(0, plan.size.redemptions // rounds))
        picked = [(self._moment(end), row) for row in chance.sample(spare, count)]
        by_id = Wallet.objects.in_bulk([row[0] for _at, row in picked])
        for at, (wallet, balance, village, _phone) in sorted(picked, key=lambda pick: pick[0]):
            shop, keeper = chance.choice(self.near.get(village) or self.shops)
            self._redeem(by_id[wallet], balance, shop, keeper, at)
        self.served_until = end

    def _moment(self, end: datetime) -> datetime:
        day = timezone.localdate(self.served_until) + timedelta(
            days=self.chance.randrange(1, max(2, (end - self.served_until).days))
        )
        return min(self.plan.moment(day, self.chance.uniform(8.2, 18.4)), self.plan.now - timedelta(hours=1))

    def _redeem(self, wallet: Wallet, balance: int, shop: Shop, keeper: User, at: datetime) -> None:
        basket = self._basket(balance, shop)
        if not basket or keeper.person_id == wallet.person_id:
            return
        try:
            slip = hold_redemption(shop=shop, wallet=wallet, basket=basket, key=f"demo:{self.done}", by=keeper, at=at)
        except OutOfStock:
            return
        self.done += 1
        after = at + timedelta(minutes=self.chance.uniform(1, 8))
        if self.chance.random() < 0.03:
            cancel_redemption(redemption=slip, by=keeper, at=after)
        else:
            collect_redemption(redemption=slip, by=keeper, at=after)
        self.plan.counts["redemptions"] = self.done

    def _basket(self, balance: int, shop: Shop) -> dict[int, int]:
        basket: dict[int, int] = {}
        left, shelf = balance * self.chance.uniform(0.5, 1), self.shelves[shop.pk]
        for item in self.chance.choices(shelf, [self.shares[item.pk] for item in shelf], k=3):
            if self.points[item.pk] <= left:
                basket[item.pk] = basket.get(item.pk, 0) + 1
                left -= self.points[item.pk]
        return basket
