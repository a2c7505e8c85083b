"""The lowest room: how the house says no. Every refusal by law is one of these, and every face translates it once."""


class RuleViolation(Exception):
    """A verb was refused by a rule of the field, not by a fault of the program.

    `message` is a translated sentence for a tired person: what was refused and what they can do next. Faces show it as it
    is: a message in the admin, a note beside the form on the phone, `{"error": {"code", "message"}}` with 409 in the API.
    """

    def __init__(self, message):
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """A stable name for programs, taken from the class: `MoveRefused` → `move_refused`."""
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("_")

    def __str__(self) -> str:
        return str(self.message)
