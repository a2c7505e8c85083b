"""The face for programs describes itself without a gap, and its pages load nothing from outside."""

import re

from django.core.management import call_command


def test_the_schema_is_valid_and_complete(db, tmp_path):
    file = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    assert file.read_text(encoding="utf-8").count("operationId:") > 40


def test_the_docs_come_from_this_house(world, client):
    client.force_login(world.here.officer, backend="shengkang.organization.backends.ByPhone")
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+', page.text) == []
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
