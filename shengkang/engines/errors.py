"""What the engines say when they cannot do their work."""


class EngineError(Exception):
    """A server could not be found, started or kept apart; the message tells what to do next."""
