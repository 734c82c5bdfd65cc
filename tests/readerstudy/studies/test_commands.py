"""Every command says in one line what went wrong, with the remedy, and ends with 1; on wrong usage with 2."""

from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import ManagementUtility, call_command
from django.core.management.base import CommandError
from django.test import Client

from readerstudy.studies.models import Study
from tests.readerstudy.factory import a_locked_study, a_planned_study, protocol_text

pytestmark = pytest.mark.django_db

#: Of each command: arguments that are refused, and a part of the sentence.
REFUSALS = [
    ("create_study nowhere.toml", "nowhere.toml cannot be read: No such file or directory."),
    ("invite_leader nonsense", "is not an email address"),
    ("withdraw_leader nobody@example.org --reason left", "no account with the email address"),
    ("createsuperuser", "There are no superusers here"),
    ("allocate nothing", "There is no study called 'nothing'"),
    ("audit_blinding nothing", "Studies here: knees"),
    ("lock_study nothing --reason ready", "There is no study"),
    ("lock_study knees --reason ready --by nobody@example.org", "Nobody here has the email address"),
    ("import_images knees --source other --kind real x", "The protocol names no source 'other'"),
    ("import_images knees --source gan-canary --kind real x", "is synthetic in the protocol"),
    ("invite knees --email rita@example.org", "not locked"),
    ("invite knees --email rita@example.org --links-only", "not locked"),
    ("remind knees --email rita@example.org", "has nothing left to do in this study. Waiting: nobody"),
    ("withdraw knees R01 --reason moved --keep-answers", "Nobody called 'R01' is in this study"),
    ("withdraw knees alice@example.org --reason moved --drop-answers", "owner"),
    ("replace_reader knees R01 --email a@example.org --reason moved --drop-answers", "Nobody called 'R01'"),
    ("revise_protocol knees nowhere.toml", "cannot be read"),
    ("override_audit knees --reason trust", "passed"),
    ("preflight knees --readers 1", "--readers: Ensure this value is greater than or equal to 2"),
    ("stop_run knees 7 --reason late", "This study has no run 7"),
    ("show nothing", "There is no study called 'nothing'"),
    ("simulate_readers knees --readers 2 -v0", "not locked"),
    ("freeze_study knees --reason done", "not locked"),
    ("unblind_study knees --reason done", "not locked"),
    ("export_bundle knees --out {out}", "still open"),
    ("export_bundle knees --out {out} --masked", "Freeze it first"),
    ("export_report knees --out {out}", "still open"),
    ("generate_synthetic --count 1 --out {out} --study knees", "name both"),
    ("generate_synthetic --count 1 --out {out} --condition grade", "write KEY=VALUE"),
    ("generate_synthetic --count 1 --out {out} --study knees --source hospital-canary", "is real in"),
]


@pytest.mark.parametrize(("line", "sentence"), REFUSALS, ids=[line for line, _ in REFUSALS])
def test_a_refusal_is_one_line_with_the_remedy(line: str, sentence: str, tmp_path: Path) -> None:
    a_planned_study()
    name, *arguments = line.format(out=tmp_path / "out").split()
    with pytest.raises(CommandError) as refused:
        call_command(name, *arguments, stdout=StringIO(), stderr=StringIO())
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode == 1
    assert list(tmp_path.iterdir()) == []


WRONG_USAGE = [
    "create_study",
    "allocate",
    "lock_study knees",
    "invite knees",
    "invite knees --email a@example.org --role king",
    "withdraw knees R01 --reason moved",
    "replace_reader knees R01 --reason moved --keep-answers",
    "show knees accuracy",
    "simulate_readers knees --readers 0",
    "simulate_readers knees --readers 2 --accuracy 7",
    "export_bundle knees",
    "export_report knees --out out --format docx",
    "import_images knees --source real",
    "generate_synthetic --count some --out out",
    "demo --study other",
]


@pytest.mark.parametrize("line", WRONG_USAGE)
def test_wrong_usage_ends_with_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        ManagementUtility(["manage.py", *line.split()]).execute()
    assert stopped.value.code == 2
    assert "usage: manage.py" in capsys.readouterr().err


def test_a_study_goes_from_its_protocol_to_the_unblinding_by_commands(tmp_path: Path) -> None:
    a_locked_study(readers=())
    said = StringIO()
    call_command("invite", "knees", "--email", "rosa@example.org", stdout=said)
    assert "/invitation/" in said.getvalue()
    call_command("simulate_readers", "knees", "--readers", "2", verbosity=0, stdout=said)
    call_command("freeze_study", "knees", "--reason", "done", stdout=said)
    call_command("unblind_study", "knees", "--reason", "done", stdout=said)
    call_command("export_bundle", "knees", "--out", str(tmp_path / "bundle"), stdout=said)
    assert (tmp_path / "bundle" / "picks.csv").exists()
    call_command("verify_audit", "knees", stdout=said)
    assert "The audit log is whole" in said.getvalue()


def test_a_protocol_with_mistakes_is_refused_with_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_text().replace('task = "pick_real"', 'task = "guess"'))
    with pytest.raises(CommandError, match="guess"):
        call_command("create_study", str(path))
    assert not Study.objects.exists()


def test_a_leader_comes_in_by_a_link_and_may_begin_a_study() -> None:
    said = StringIO()
    call_command("invite_leader", "lea@example.org", "--name", "Lea", stdout=said)
    browser = Client()
    address = urlsplit(said.getvalue().strip()).path
    assert "Lea to lead reader studies" in browser.get(address).content.decode()
    browser.post(address)
    assert "Create a study" in browser.get("/", follow=True).content.decode()
