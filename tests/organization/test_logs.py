"""The log says who asked for which page, and never what was searched for."""

from structlog.testing import capture_logs


def test_what_was_searched_for_is_not_in_the_log(client, world):
    client.force_login(world.here.officer)
    with capture_logs() as told:
        client.get("/admin/organization/person/", {"q": "张三13900001234"})
    assert {line["event"] for line in told} == {"request_started", "request_finished"}
    assert {line["request"] for line in told} == {"GET /admin/organization/person/"}
    assert "13900001234" not in repr(told)
    assert "张三" not in repr(told)


def test_the_secret_of_a_log_in_card_is_not_in_the_log(client, db):
    with capture_logs() as told:
        client.get("/card/Zm9yZ2V0LXRoaXMtc2VjcmV0/")
    assert {line["request"] for line in told} == {"GET /card/…/"}
    assert "Zm9yZ2V0" not in repr(told)
