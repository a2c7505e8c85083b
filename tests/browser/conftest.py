"""A real station behind a real door: gunicorn as `make run` starts it, static files as they are served, and Debian's Chromium."""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest
from django.conf import settings as of_django
from django.contrib.auth.hashers import make_password
from playwright.sync_api import sync_playwright

from shengkang.engines.processes import free_port, last_lines, stop, wait_until
from shengkang.organization.models import User
from tests.station import HERE
from tests.world import PASSWORD

NO_CHROMIUM = (
    "The browser tests need Chromium and found none. As root: apt-get install chromium fonts-wqy-microhei. "
    "Where there can be none, say why: SHENGKANG_NO_BROWSER='no browser on this machine' make test"
)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
         "--disable-default-apps", "--disable-extensions", "--disable-sync", "--no-first-run", "--no-pings"]  # fmt: skip
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; HLK-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107.0 Mobile Safari/537.36 "
    "MicroMessenger/8.0.40 Language/zh_CN"
)
PHONE = {"viewport": {"width": 360, "height": 640}, "user_agent": WECHAT, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}


def _environment(var, **more) -> dict[str, str]:
    """What a process of a real station (not a demo, no DEBUG) is told."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "shengkang.settings",
        "SHENGKANG_VAR": str(var),
        "SHENGKANG_DEMO": "0",
        "SECRET_KEY": of_django.SECRET_KEY,
        "FIELD_KEYS": ",".join(of_django.FIELD_KEYS),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "0",
        # Who clicks here has no authenticator app (tests/organization/test_second_factor.py has one).
        "STAFF_TOTP": "0",
        **more,
    }


@pytest.fixture(scope="session")
def var_of_the_station(tmp_path_factory):
    """The folder of the running station; its static files are collected once."""
    var = tmp_path_factory.mktemp("station")
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(collect, cwd=HERE, env=_environment(var), check=True, timeout=120)
    return var


@pytest.fixture
def door(town, committed, settings, var_of_the_station):
    """The address of a running station with the town in it; passwords are kept as a real station keeps them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    User.objects.update(password=make_password(PASSWORD))
    settings.MEDIA_ROOT = var_of_the_station / "media"
    at = f"127.0.0.1:{free_port()}"
    urls = {
        name: urlsplit(os.environ[name])._replace(path=f"/{committed}").geturl()
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    log = var_of_the_station / f"web-{committed}.log"
    command = [
        sys.executable, "-m", "gunicorn", "shengkang.wsgi:application", "--bind", at,
        "--worker-class", "gthread", "--workers", "1", "--threads", "4", "--graceful-timeout", "5", "--no-control-socket",
    ]  # fmt: skip
    with log.open("wb") as written:
        web = subprocess.Popen(
            command, cwd=HERE, env=_environment(var_of_the_station, **urls), stdout=written, stderr=subprocess.STDOUT
        )
    try:
        assert wait_until(lambda: web.poll() is not None or _answers(at), 60, 0.2), last_lines(log, 30)
        assert web.poll() is None, last_lines(log, 30)
        yield f"http://{at}"
    finally:
        stop(web, (SIGTERM, 10))


def _answers(at) -> bool:
    try:
        with urllib.request.urlopen(f"http://{at}/readyz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def chromium():
    reason = os.environ.get("SHENGKANG_NO_BROWSER")
    if reason:
        pytest.skip(reason)
    found = shutil.which("chromium")
    if found is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps a loop in this thread; the database is asked between its calls, never during one.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=QUIET)
            yield browser
            browser.close()


@pytest.fixture
def enter(chromium, door):
    """`with enter(user, PHONE) as page:` somebody's own browser, logged in. What it complains of ends the test."""

    @contextmanager
    def entered(user, device, **more):
        complaints = []
        context = chromium.new_context(base_url=door, locale="zh-CN", timezone_id="Asia/Shanghai", **device, **more)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("response", lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.goto("/")
        page.fill("#id_username", user.phone)
        page.fill("#id_password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        yield page
        context.close()
        assert complaints == []

    return entered
