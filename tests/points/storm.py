"""Many clients at once over real connections: every thread has its own, all start together."""

import threading
import time

from django.db import connections

from shengkang.errors import RuleViolation


def storm(acts) -> list:
    """Run every callable of `acts` in a thread of its own, all at the same moment; gives their answers, a refusal as itself.

    Anything else that is raised fails the test that called.
    """
    ready, answers, broken = threading.Barrier(len(acts)), [None] * len(acts), []

    def client(place, act):
        try:
            connections["default"].ensure_connection()
            ready.wait(timeout=60)
            answers[place] = act()
        except RuleViolation as refusal:
            answers[place] = refusal
        except BaseException as fault:
            broken.append(fault)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert broken == []
    assert not any(thread.is_alive() for thread in threads)
    return answers


def naive_take(table, pieces=1):
    """How not to do it: read, look, write. The pause stands for the rest of a request."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT amount FROM {table}")
        (left,) = cursor.fetchone()
        if left < pieces:
            return False
        time.sleep(0.005)
        cursor.execute(f"UPDATE {table} SET amount = %s", [left - pieces])
        return True
