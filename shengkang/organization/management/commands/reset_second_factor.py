"""Takes away the second factor of an account on the server itself, where the only chief lost his phone and his backup codes."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shengkang.organization.log_in import second_factor
from shengkang.organization.models import User


class Command(BaseCommand):
    help = __doc__.splitlines()[0]

    def add_arguments(self, parser):
        parser.add_argument("phone", help="telephone number of the account")

    def handle(self, *, phone, **options):
        user = User.objects.filter(phone=phone).first()
        if user is None:
            raise CommandError("No account has this telephone number.")
        second_factor.reset(user=user, by=None, at=timezone.now())
        self.stdout.write("Reset. At the next log-in a new second factor is set up.")
