from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Django's own would end in a traceback: what somebody may do here is a role in a study, no flag."""

    help = "There are no superusers. Use invite_leader."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "There are no superusers here. Let a study leader in: manage.py invite_leader EMAIL"
        )
