"""Ways a notice reaches somebody. `settings.NOTICE_BACKENDS` names the classes; all of them get every notice.

A back end for SMS or WeChat is a class of the same shape, added by the station that has a contract:

- it reads its own settings in `__init__` and raises `django.core.exceptions.ImproperlyConfigured` naming the one that is missing,
  so that a wrong configuration is seen in the first second and not in the first emergency;
- `send(notice)` hands over `notice.text` to `notice.to` (`notice.to.phone`) and returns when the operator has taken it;
- a failure that may pass (timeout, operator busy, quota) raises `DeliveryFailed` with a text without telephone number or message;
- `send` may be called again for the same notice (a crash between sending and noting it, or another back end failed), so it passes
  `notice.pk` on as the operator's de-duplication key; SMS templates are chosen by `notice.kind`.
"""

import abc
import logging

from shengkang.notices.models import Notice

logger = logging.getLogger(__name__)


class DeliveryFailed(Exception):
    """Not delivered this time; it will be tried again. The text goes into the row and must name nobody."""


class Backend(abc.ABC):
    @abc.abstractmethod
    def send(self, notice: Notice) -> None:
        """Deliver one notice; raises DeliveryFailed when it may work later."""


class InApp(Backend):
    """The list of messages on the phone reads the row itself: once it is due, it is there."""

    def send(self, notice):
        return None


class Console(Backend):
    """For a demo: says in the log that something was sent, but neither to whom nor what."""

    def send(self, notice):
        logger.info("notice %s (%s) delivered", notice.pk, notice.kind)
