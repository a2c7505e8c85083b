"""Gives the application's database role its rights: everything on ordinary tables, only reading and adding on facts."""

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from shengkang.audit.models import Fact


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        role = settings.DATABASES["default"]["USER"]
        if role == settings.DATABASES["owner"]["USER"]:
            self.stderr.write("One role owns the tables and runs the application: facts are kept by triggers alone.")
            return
        facts = [m._meta.db_table for m in apps.get_models() if issubclass(m, Fact | pghistory.models.Event)]
        connection = connections["owner"]
        with connection.cursor() as cursor:
            grantee = connection.ops.quote_name(role)
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {grantee}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {grantee}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {grantee}")
            for table in facts:
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {connection.ops.quote_name(table)} FROM {grantee}")
        self.stdout.write(f"{role}: rights given, {len(facts)} tables of facts may only be read and added to.")
