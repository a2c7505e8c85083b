#!/bin/sh
# Run once by the PostgreSQL image on an empty cluster: two roles, and the database that one of them owns.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE shengkang_owner LOGIN PASSWORD :'owner';
CREATE ROLE shengkang_app LOGIN PASSWORD :'app';
CREATE DATABASE shengkang OWNER shengkang_owner;
SQL
