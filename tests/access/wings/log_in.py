"""Of the door: a card printed for the head, and an address that stands on no card."""

from shengkang.organization.log_in.cards import print_cards
from tests.access.trio import Trio, of_place


def lay(place, at) -> None:
    [(place.login_card, _token)] = print_cards(users=[place.household_head], by=place.officer, at=at)


BUILDERS = {
    "card_token": lambda ground, role: Trio(own="kein-solches-wort"),
    "logincard": of_place("login_card"),
}
