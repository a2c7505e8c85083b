"""Calls the API as its own schema describes it, as everybody, and compares what comes back with what the schema promised."""
