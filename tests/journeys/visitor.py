"""Somebody with a browser: logs in at the door, reads pages, and sends the forms that the pages hold."""

import html
import re

from django.test import Client

from tests.world import PASSWORD

HIDDEN = re.compile(r"<input[^>]*type=\"hidden\"[^>]*>")


def hidden_fields(page: str) -> dict[str, str]:
    """What a browser sends along unseen: the token against forgery, the key against sending twice."""
    found = {}
    for field in HIDDEN.findall(page):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


class Visitor:
    """A client that is checked for forgery, as browsers are."""

    def __init__(self, user):
        self.user, self.client = user, Client(enforce_csrf_checks=True)
        entered = self.send("/login/", username=f"+86 {user.phone[:3]} {user.phone[3:7]} {user.phone[7:]}", password=PASSWORD)
        assert entered.status_code == 302, "the telephone number as written on paper opens the door"
        self.front = self.client.get("/", follow=True).request["PATH_INFO"]

    def get(self, url, **query):
        return self.client.get(url, query)

    def read(self, url, **query) -> str:
        """A page as text; it must be there."""
        response = self.get(url, **query)
        assert response.status_code == 200, (url, response.status_code)
        return response.content.decode()

    def send(self, url, to=None, **fields):
        """Open the page and send its form, filled in."""
        page = self.client.get(url)
        assert page.status_code == 200, (url, page.status_code)
        return self.client.post(to or url, hidden_fields(page.content.decode()) | fields)

    def do(self, url, to=None, **fields) -> str:
        """Send a form that must be accepted; gives the address one is led to."""
        answer = self.send(url, to, **fields)
        form = answer.context and answer.context.get("form")
        assert answer.status_code == 302, (url, answer.status_code, form and form.errors)
        return answer.headers["Location"]
