"""Walks every line of `urls.csv` as every role to every thing, and notes each answer that the law does not allow."""

import io
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from tests.access import law
from tests.access.ground import CANARIES, NOBODY
from tests.access.things import BUILDERS, address_of

ANONYMOUS = "anonymous"


@dataclass
class Walk:
    """What was found: answers that broke the law, texts that travelled, and the pages to be read for English."""

    walked: int = 0
    answers: Counter = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    pages: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


def may_read(role: str, canary) -> bool:
    """Whether the matrix lets a role read a canary here."""
    if canary.cell is None:
        return False
    scopes = law.letters(role, [canary.cell])
    return "S" in scopes or bool(scopes & {"A", "O"} and role in canary.involved)


def forbidden_to(role: str) -> list[str]:
    return [canary.text for canary in CANARIES if not may_read(role, canary)]


def text_of(response) -> str:
    """The body as text; of Word and Excel files, what is written in them."""
    body = b"".join(response) if response.streaming else response.content
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as paper:
            body = b"\n".join(paper.read(name) for name in paper.namelist() if name.endswith((".xml", ".rels")))
    return body.decode("utf-8", errors="replace")


def answer_of(response) -> str:
    """One word for a response: ok, log in, 403, 404, 405, or the number."""
    status = response.status_code
    if status in (301, 302):
        path = response.headers["Location"].partition("?")[0]
        return law.LOG_IN if path in (reverse("login"), reverse("admin:login")) else law.OK
    if status == 401:
        return law.LOG_IN
    if status in (200, 201, 204, 400, 409):
        return law.OK
    return str(status)


class Walker:
    """Knocks at doors in the database's present state; every knock is rolled back."""

    def __init__(self, ground):
        self.ground = ground
        self.factory, self.handler = RequestFactory(), BaseHandler()
        self.handler.load_middleware()
        self.cookies = {role: self._log_in(user) for role, user in ground.here.users.items()} | {ANONYMOUS: {}}
        self.forbidden = {role: forbidden_to(role) for role in self.cookies}

    @staticmethod
    def _log_in(user):
        client = Client()
        client.force_login(user)
        return {name: morsel.value for name, morsel in client.cookies.items()}

    def knock(self, role: str, method: str, url: str):
        """The response and its text. The handler is called without the test client, whose copies of every template cost more than
        the pages; a request never closes the connection, or the ground would be gone.
        """
        request = self.factory.generic(method, url, content_type="application/x-www-form-urlencoded")
        request.COOKIES.update(self.cookies[role])
        request._dont_enforce_csrf_checks = True
        with transaction.atomic():
            response = self.handler.get_response(request)
            text = text_of(response)
            for close in response._resource_closers:
                close()
            transaction.set_rollback(True)
        return response, text

    def steps(self, line):
        """Every (role, ownership, URL) of a line."""
        for role in self.cookies:
            if not line.thing:
                yield role, law.LIST, reverse(line.name) if not line.name.startswith("/") else line.name
                continue
            stand_in = NOBODY if role == ANONYMOUS else role
            things = BUILDERS[line.thing](self.ground, stand_in).cases()
            # Who is not let in at all is not let in whatever the thing is; one knock shows it.
            indifferent = role == ANONYMOUS or line.kind == "none" or (line.name.startswith("admin:") and role not in law.DESK)
            for ownership, thing in things[:1] if indifferent else things:
                yield role, ownership, address_of(line.name, thing)

    def walk(self, lines, found: Walk | None = None) -> Walk:
        found = found or Walk()
        for line in lines:
            try:
                steps = list(self.steps(line))
            except (NoReverseMatch, KeyError) as error:
                found.broken.append(f"{line.name} {line.method}: cannot be walked: {error!r}")
                continue
            for role, ownership, url in steps:
                self._step(line, role, ownership, url, found)
        return found

    def _step(self, line, role, ownership, url, found):
        response, text = self.knock(role, line.method, url)
        got, wanted = answer_of(response), law.expected(line, role, ownership)
        found.walked += 1
        found.answers[got] += 1
        where = f"{line.name} {line.method} as {role}, {ownership}"
        if got not in wanted:
            found.broken.append(f"{where}: expected {' or '.join(sorted(wanted))}, got {got}")
        found.leaked += [f"{where}: shows {canary}" for canary in self.forbidden[role] if canary in text]
        # Inlines sent empty complain in the words of their field names; nobody sends them so.
        if "ManagementForm" in text:
            return
        if response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            found.pages[line.name].setdefault(text, role)
