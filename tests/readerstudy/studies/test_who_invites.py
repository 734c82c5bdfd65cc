"""Somebody invited at the command line hears from an owner, not from a program."""

from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.mail import Post, send_invitation
from tests.readerstudy.factory import a_locked_study

pytestmark = pytest.mark.django_db


def test_an_invitation_from_the_command_line_names_an_owner() -> None:
    made, operator = a_locked_study(), User.objects.operator()
    invited = invite_reader(made.study, "new@reader.example", by=operator)
    with Post() as post:
        assert send_invitation(invited, by=operator, post=post)
    [letter] = mail.outbox
    page = Client().get(urlsplit(invited.link).path).content.decode()
    for text in (str(letter.body), page):
        assert str(made.owner) in text
        assert str(operator) not in text
    assert letter.reply_to == [made.owner.email]
