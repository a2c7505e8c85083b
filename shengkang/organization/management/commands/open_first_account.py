"""Opens the first account of a new station, a chief's (or an administrator's), who opens all the others at the desk."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shengkang.errors import RuleViolation
from shengkang.organization.access import Role
from shengkang.organization.models import Station, User
from shengkang.organization.services import open_account

FIRST_ROLES = (Role.STATION_CHIEF, Role.ADMINISTRATOR)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--station", required=True, help="the name given to load_units --station")
        parser.add_argument("--name", required=True, help="the chief's name")
        parser.add_argument("--phone", required=True, help="telephone number; it is what he logs in with")
        parser.add_argument("--role", choices=[str(role) for role in FIRST_ROLES], default=str(Role.STATION_CHIEF))

    def handle(self, *, station, name, phone, role, **options):
        try:
            of = Station.objects.get(name=station)
        except Station.DoesNotExist as error:
            raise CommandError(f"There is no station {station}. `manage.py load_units --station {station}` founds it.") from error
        if User.objects.holding(role, of).exists():
            raise CommandError(f"{of} has a {role} already, who opens further accounts at the desk. Nothing was changed.")
        password = self._password()
        try:
            validate_password(password, User(phone=phone, name=name))
            open_account(
                station=of, role=role, unit=of.sits_in, name=name, phone=phone, password=password, by=None, at=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{name} logs in with {phone} and opens the accounts of his colleagues at the desk.")

    def _password(self) -> str:
        """Asked twice at a terminal, read as one line from a pipe; never from the command line, which everybody on the machine can read."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("These two differ. Nothing was changed.")
        return password
