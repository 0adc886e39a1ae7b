"""Django's registration of this part."""

from django.apps import AppConfig


class GitHubAppConfig(AppConfig):
    name = "tocsin.integrations.github"
    label = "github"
    default_auto_field = "django.db.models.BigAutoField"
