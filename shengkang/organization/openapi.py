"""What the schema says once for every operation: how it refuses, in the one shape of organization/api.py."""

from typing import Any

ERROR = {
    "type": "object",
    "description": "How every refusal looks. The code is for programs, the message for people.",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"description": "Which fields need what correction; only with 400."},
            },
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
REFUSALS = {
    "400": "Some fields have a wrong shape.",
    "401": "No token or session, or one that is worth nothing.",
    "403": "Seen, but not this role's to do; or the second factor or a new password is owed first.",
    "404": "There is no such thing, or it may not be seen.",
    "409": "A rule of the field refuses it.",
    "415": "The body is in a format that is not read here.",
    "429": "Too many tries. Retry-After says for how many seconds.",
}


def _may_answer(operation: dict[str, Any], method: str) -> list[str]:
    """The refusals an operation can give. One that asks for no log-in is the door itself, which counts tries."""
    given = ["429"] if operation.get("security") in ([], [{}]) else ["401", "403", "404"]
    if method == "post":
        given.append("409")
    if "requestBody" in operation:
        given.append("415")
    if "requestBody" in operation or any(each["in"] == "query" for each in operation.get("parameters", ())):
        given.append("400")
    return given


def with_refusals(result, generator, request, public):
    """A postprocessing hook of drf-spectacular: adds the refusals, where an operation does not describe them itself."""
    result["components"]["schemas"]["Error"] = ERROR
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            for status in _may_answer(operation, method):
                operation["responses"].setdefault(status, {"description": REFUSALS[status], "content": body})
    return result
