"""An idempotent call acts once, however often and from however many sides it comes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from shengkang.audit import services as audit
from shengkang.audit.models import AuditEntry, Receipt
from shengkang.errors import RuleViolation
from tests.world import NOW, make_world


class Refused(RuleViolation):
    pass


def once(user, do, key="k1", body=None):
    return audit.once(by=user, verb="act", key=key, body=body or {"a": 1}, at=NOW, do=do)


def deed(user):
    return {"entry": audit.note_deed(verb="act", about=user, by=user, at=NOW).pk}


def acts():
    return AuditEntry.objects.filter(verb="act").count()


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_a_call_without_a_proper_key_is_refused(world, key):
    with pytest.raises(audit.KeyMissing):
        once(world.here.officer, dict, key=key)


def test_the_same_key_with_another_body_is_refused(world):
    user = world.here.officer
    once(user, lambda: deed(user))
    with pytest.raises(audit.KeyReused):
        once(user, lambda: deed(user), body={"a": 2})
    assert acts() == 1


def test_a_refusal_is_not_stored_and_leaves_nothing_behind(world):
    user = world.here.officer

    def refuse():
        deed(user)
        raise Refused("no")

    with pytest.raises(Refused):
        once(user, refuse)
    assert (Receipt.objects.count(), acts()) == (0, 0)
    once(user, lambda: deed(user))
    assert acts() == 1


def test_the_same_key_and_body_get_the_first_answer(world):
    user = world.here.officer
    first = once(user, lambda: deed(user))
    assert once(user, lambda: deed(user)) == first
    assert acts() == 1


def test_another_user_or_another_key_is_another_call(world):
    once(world.here.officer, lambda: deed(world.here.officer))
    once(world.here.aux_police, lambda: deed(world.here.aux_police))
    once(world.here.officer, lambda: deed(world.here.officer), key="k2")
    assert acts() == 3


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_receipt SET key = 'x'", "DELETE FROM audit_receipt", "TRUNCATE audit_receipt"]
)
def test_a_receipt_cannot_be_changed_in_the_database(world, statement):
    once(world.here.officer, lambda: deed(world.here.officer))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_keeps_one_receipt_per_key(world):
    once(world.here.officer, lambda: deed(world.here.officer))
    row = Receipt.objects.values("by_ref", "verb", "key", "body_hash", "result", "at").get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(**row)


def test_sixteen_at_once_have_one_effect(committed):
    user = make_world().here.officer
    together = Barrier(16)

    def send(_no):
        try:
            together.wait(20)
            return once(user, lambda: deed(user))["entry"]
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as clients:
        answers = set(clients.map(send, range(16)))
    assert (len(answers), acts(), Receipt.objects.count()) == (1, 1, 1)
