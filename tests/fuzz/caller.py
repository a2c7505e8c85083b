"""Generated calls: schemathesis draws them from the schema, every role sends each of them, each is rolled back."""

from collections import Counter
from contextlib import nullcontext, suppress

import schemathesis
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.urls import resolve
from django.urls.exceptions import Resolver404
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.authtoken.models import Token
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.ground import NOBODY
from tests.access.lines import by_name
from tests.access.things import BUILDERS
from tests.world import PASSWORD

ANONYMOUS, WRONG_TOKEN = "anonymous", "wrong token"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = "/api/v1/schema/?format=json"


def real_ids(place) -> dict:
    """For each name of a field in a request what it may really say at this place."""
    officer = place.colleague["officer"]
    return {
        "village": place.villages[0].pk,
        "category": "02",
        "home": place.home.pk,
        "person": place.residents[1].pk,
        "rule": place.rule.pk,
        "case": place.case.pk,
        "shop": place.shop.pk,
        "card": str(place.far_wallet.card),
        "basket": [{"item": place.item.pk, "pieces": 1}],
        "officer": officer.pk,
        "mediator": officer.pk,
        "mediators": [officer.pk],
        "username": place.household_head.phone,
        "password": PASSWORD,
    }


class InProcess(BaseHandler):
    """The house as a WSGI application that announces no request: Django would close the connection, and the ground would be gone."""

    def __init__(self):
        super().__init__()
        self.load_middleware()

    def __call__(self, environ, start_response):
        response = self.get_response(WSGIRequest(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        body = b"".join(response)
        for close in response._resource_closers:
            close()
        return [body]


class Caller:
    """Calls operations of the schema in the database's present state."""

    def __init__(self, ground):
        self.ground = ground
        self.headers = {
            role: {"Authorization": f"Token {Token.objects.create(user=user).key}"} for role, user in ground.here.users.items()
        }
        self.headers |= {ANONYMOUS: {}, WRONG_TOKEN: {"Authorization": "Token " + "0" * 40}}
        self.known = real_ids(ground.here)
        self.turn = 0
        self.calls, self.answers, self.broken = Counter(), Counter(), []
        config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False, "allow-x00": True}})
        self.schema = schemathesis.openapi.from_wsgi(SCHEMA, InProcess(), config=config, headers=self.headers["officer"])

    def operations(self):
        return [each.ok() for each in self.schema.get_all_operations()]

    def call_all(self, examples: int, labels=None, roles=None, thorough: bool = False) -> None:
        """Draw so many right and half as many wrong calls for each operation ("GET /api/v1/homes/").

        A right one goes out as half of the roles, a wrong one as a quarter, the next one as the others; thorough: each as everybody.
        """
        for operation in self.operations():
            if labels is None or operation.label in labels:
                for mode, count in ((GenerationMode.POSITIVE, examples), (GenerationMode.NEGATIVE, max(1, examples // 2))):
                    self._call(operation, mode, count, roles or list(self.headers), thorough or roles is not None)

    def _call(self, operation, mode, count, roles, thorough):
        for number, case in enumerate(self._drawn(operation, mode, count)):
            # Two of three right calls go to things that are there; the others keep what was drawn.
            real = mode is GenerationMode.POSITIVE and number % 3 != 2
            if real:
                case.body = self._with_real_ids(case.body)
                if "Idempotency-Key" in (case.headers or {}):
                    case.headers["Idempotency-Key"] = f"call-{number}"
            self.turn += 1
            share = 1 if thorough else 2 if mode is GenerationMode.POSITIVE else 4
            for role in roles[self.turn // 2 % share :: share]:
                self._send(case, role, real)

    def _drawn(self, operation, mode, count):
        drawn = []
        strategy = operation.as_strategy(generation_mode=mode)

        @seed(20260311)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def draw(case):
            drawn.append(case)

        # A call without parameters and body has nothing to be wrong in.
        with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
            draw()
        return drawn

    def _real_path(self, path, case, role):
        """The address of the role's own thing, of one of the same station, of one it must not see, in turn."""
        parameters = dict(case.path_parameters or {})
        if set(parameters) != {"id"}:
            return parameters
        try:
            name = resolve(path.format(id=1)).view_name
        except Resolver404:
            return parameters
        thing = next((line.thing for line in by_name().get(name, ()) if line.thing), "")
        if not thing:
            return parameters
        stand_in = role if role in self.ground.here.users else NOBODY
        cases = BUILDERS[thing](self.ground, stand_in).cases()
        _ownership, found = cases[self.calls[role] % len(cases)]
        return {"id": found.pk}

    def _with_real_ids(self, body):
        """A drawn body whose ids are those of things that are there, so that the call reaches the verb behind the shape."""
        if not isinstance(body, dict):
            return body
        known = self.known
        return {name: known.get(name, value) for name, value in body.items()}

    def _send(self, case, role, real):
        operation = case.operation
        generated = case.path_parameters
        if real:
            case.path_parameters = self._real_path(operation.full_path, case, role)
        with transaction.atomic():
            response = case.call(headers=self.headers[role])
            transaction.set_rollback(True)
        self.calls[role] += 1
        self.answers[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS, headers=self.headers[role])
        except FailureGroup as failures:
            for failure in failures.exceptions:
                said = " ".join(failure.message.split())[:200]
                self.broken.append(f"{operation.label} as {role}: {response.status_code} {type(failure).__name__}: {said}")
        case.path_parameters = generated
