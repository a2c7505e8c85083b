from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostsConfig(AppConfig):
    name = "posts"
    verbose_name = _("Hundred-metre posts")

    def ready(self):
        from posts import tiles  # noqa: F401 hangs the tiles and the desk's panel
