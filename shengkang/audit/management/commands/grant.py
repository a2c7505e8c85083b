"""Gives the application's database role its rights: everything on ordinary tables, only reading and adding on facts.

A model may say more: `only_functions_write = True` leaves the role nothing but reading, because functions kept in migrations do the
writing, and `free_columns` names the columns it may still change. Such functions run with the owner's rights; the role may call them.
"""

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from shengkang.audit.models import Fact


class Command(BaseCommand):
    help = __doc__.splitlines()[0]

    def handle(self, **options):
        role = settings.DATABASES["default"]["USER"]
        if role == settings.DATABASES["owner"]["USER"]:
            self.stderr.write("One role owns the tables and runs the application: facts are kept by triggers alone.")
            return
        facts = [m._meta.db_table for m in apps.get_models() if issubclass(m, Fact | pghistory.models.Event)]
        kept = [m for m in apps.get_models() if getattr(m, "only_functions_write", False)]
        connection = connections["owner"]
        with connection.cursor() as cursor:
            grantee = connection.ops.quote_name(role)
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {grantee}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {grantee}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {grantee}")
            for table in facts:
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {connection.ops.quote_name(table)} FROM {grantee}")
            for model in kept:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {grantee}")
                for name in getattr(model, "free_columns", ()):
                    column = connection.ops.quote_name(model._meta.get_field(name).column)
                    cursor.execute(f"GRANT UPDATE ({column}) ON {table} TO {grantee}")
            cursor.execute(
                "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            )
            for (function,) in cursor.fetchall():
                # They run with the owner's rights; a restored database has forgotten that not everybody may call them.
                cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {grantee}")
        self.stdout.write(
            f"{role}: rights given; {len(facts)} tables of facts may only be read and added to, {len(kept)} only read."
        )
