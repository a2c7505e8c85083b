"""`make screenshots`: the pictures of docs/screenshots, taken of a small demo station by Debian's Chromium.

    python -m tests.screenshots [--keep] [NAME …]

Its servers and data are its own (var/screenshots); a running station is not touched. --keep: photograph the station of the last run
again. To show another face, add a line to SHOTS and one to the table of the READMEs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from signal import SIGTERM

from PIL import Image
from playwright.sync_api import sync_playwright

from shengkang import engines
from shengkang.engines.processes import free_port, last_lines, stop

HERE = Path(__file__).resolve().parents[1]
PICTURES = HERE / "docs" / "screenshots"
LARGEST_BYTES = 200_000
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
CHIEF, OFFICER, HEAD, KEEPER, LEADER, LIAISON = (f"1000000000{no}" for no in (1, 2, 4, 5, 7, 9))


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page on what. `path` may be a function that asks the demo's rows for one."""

    name: str
    phone: str
    device: dict
    path: str | Callable[[], str]


def _case_in_mediation() -> str:
    """A dispute on which somebody is working, with the next moves as buttons; not a protected one."""
    from django.db.models import Count
    from django.urls import reverse

    from shengkang.cases.models import DisputeCase
    from shengkang.cases.moves import Status

    cases = DisputeCase.objects.filter(restricted=False).annotate(steps_made=Count("steps")).order_by("-steps_made", "-pk")
    case = cases.filter(status__in=[Status.MEDIATING, Status.AGREED]).first() or cases.first()
    return reverse("admin:cases_disputecase_change", args=[case.pk])


def _basket() -> str:
    """The shop's counter after the card of somebody with points was scanned."""
    from django.urls import reverse

    from points.models import Shop, Wallet
    from shengkang.organization.models import User

    shop = Shop.objects.filter(keepers=User.objects.get(phone=KEEPER)).first()
    wallet = Wallet.objects.filter(person__village=shop.village, kind=Wallet.Kind.PERSON).order_by("-balance").first()
    return reverse("points:basket", args=[wallet.card])


def _quarrel_form() -> str:
    """The report of a quarrel at the first home of the shown head."""
    from django.urls import reverse

    from households.models import Home
    from shengkang.organization.models import User

    home = Home.objects.visible_to(User.objects.get(phone=HEAD)).order_by("pk").first()
    return reverse("households:quarrel", args=[home.pk])


def _board() -> str:
    """The alarm board with people on duty around a post and an alarm that one of them just took."""
    from django.urls import reverse
    from django.utils import timezone

    from posts import services
    from posts.models import Liaison
    from shengkang.organization.models import User
    from shengkang.organization.services import sign_on

    at = timezone.now()
    serving = Liaison.objects.in_force().filter(user__phone=LIAISON).select_related("post", "user").first()
    post = serving.post
    near = User.objects.filter(memberships__role__in=["volunteer", "aux_police"], station=post.station).order_by("pk")[:4]
    for user, (north, east) in zip(near, [(0.009, -0.012), (-0.013, 0.008), (0.012, 0.015), (-0.006, -0.02)], strict=False):
        sign_on(by=user, at=at, latitude=post.latitude + north, longitude=post.longitude + east)
    alarm = services.raise_alarm(kind="quarrel", source="phone", post=post, text="两桌客人争吵，要动手", by=serving.user, at=at)
    services.dispatch_due(at)
    services.acknowledge_alarm(alarm=alarm, by=near[0], at=at)
    services.depart(alarm=alarm, by=near[1], at=at)
    return reverse("posts:board")


SHOTS = [
    Shot("desk", OFFICER, DESK, "/admin/"),
    Shot("board", OFFICER, DESK, _board),
    Shot("dispute", OFFICER, DESK, _case_in_mediation),
    Shot("dashboard", LEADER, DESK, "/dashboard/"),
    Shot("phone", HEAD, PHONE, "/m/"),
    Shot("report", HEAD, PHONE, _quarrel_form),
    Shot("counter", KEEPER, PHONE, _basket),
]


def _furnish(var: Path, *, anew: bool) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shengkang.settings",
        "SHENGKANG_VAR": str(var),
        "SHENGKANG_DEMO": "1",
        "SECRET_KEY": "only-for-pictures-0123456789-" + "x" * 40,
        "FIELD_KEYS": "pictures:" + bytes(range(32)).hex(),
    }
    import django
    from django.core.management import call_command

    django.setup()
    if anew:
        call_command("migrate", database="owner", verbosity=0)
        call_command("grant", stdout=sys.stderr)
        call_command("demo", small=True, stdout=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)


def _serve(var: Path, at: str) -> subprocess.Popen:
    """The web server as `make run` starts it; returns when it answers."""
    log = var / "web.log"
    command = [
        sys.executable, "-m", "gunicorn", "shengkang.wsgi:application", "--bind", at, "--worker-class", "gthread", "--workers", "1",
        "--threads", "4", "--graceful-timeout", "5", "--no-control-socket",
    ]  # fmt: skip
    with log.open("wb") as written:
        web = subprocess.Popen(command, cwd=HERE, env=os.environ, stdout=written, stderr=subprocess.STDOUT)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _attempt in range(150):
        try:
            with opener.open(f"http://{at}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return web
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    stop(web, (SIGTERM, 5))
    raise SystemExit(f"The station did not come up:\n{last_lines(log, 20)}")


def small_picture(png: bytes) -> bytes:
    """The same picture with 256 colours at most, or fewer until it is below LARGEST_BYTES."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        file = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() < LARGEST_BYTES:
            break
    return file.getvalue()


def _photograph(base: str, shots: list[tuple[Shot, str]], password: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        for shot, path in shots:
            context = chromium.new_context(base_url=base, locale="zh-CN", timezone_id="Asia/Shanghai", **shot.device)
            page = context.new_page()
            page.goto("/login/")
            page.fill("#id_username", shot.phone)
            page.fill("#id_password", password)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/login/" not in url)
            answer = page.goto(path)
            if answer.status != 200:
                raise SystemExit(f"{shot.name}: {path} answers {answer.status}")
            page.wait_for_load_state("networkidle")
            file = PICTURES / f"{shot.name}.png"
            file.write_bytes(small_picture(page.screenshot(animations="disabled")))
            sys.stdout.write(f"{file.relative_to(HERE)}  {file.stat().st_size / 1000:.0f} kB\n")
            context.close()
        chromium.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=", ".join(shot.name for shot in SHOTS))
    parser.add_argument("--keep", action="store_true", help="the station of the last run")
    chosen = parser.parse_args()
    if shutil.which("chromium") is None:
        raise SystemExit("Pictures need Chromium.  apt-get install chromium fonts-noto-cjk")
    place = Path(os.environ.get("SHENGKANG_VAR", HERE / "var")) / "screenshots"
    if not chosen.keep:
        shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        cluster, valkey = engines.Cluster(place / "postgres"), engines.Valkey(place / "valkey")
        for engine in (cluster, valkey):
            engine.start()
            stack.callback(engine.stop)
        os.environ |= {"DATABASE_URL": cluster.app_url(), "DATABASE_OWNER_URL": cluster.owner_url(), "REDIS_URL": valkey.url}
        _furnish(place, anew=not chosen.keep)
        from django.db import connections

        from shengkang.organization.management.commands.demo import PASSWORD

        shots = [shot for shot in SHOTS if not chosen.names or shot.name in chosen.names]
        # Asked now: Playwright's loop in this thread forbids it later.
        paths = [(shot, shot.path() if callable(shot.path) else shot.path) for shot in shots]
        connections.close_all()
        at = f"127.0.0.1:{free_port()}"
        web = _serve(place, at)
        stack.callback(stop, web, (SIGTERM, 10))
        _photograph(f"http://{at}", paths, PASSWORD)


if __name__ == "__main__":
    main()
