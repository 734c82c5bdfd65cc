"""Programs act on the codes of errors, so a code keeps its name and its status. Add new ones to the list."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import readerstudy
from readerstudy.errors import ReaderstudyError

STATUS_BY_CODE = {
    **dict.fromkeys(["questionnaire", "refused"], 400),
    **dict.fromkeys(["not_a_leader", "not_staff", "withdrawn"], 403),
    "not_found": 404,
    **dict.fromkeys(
        """accepted_already account_error already_enrolled already_there anchors_unreadable answered_already
        audit_error audit_passed backup_error bad_manifest bad_naming blinding_failed blinding_not_shown
        change_it_in_the_text commitment_broken damaged_pixels desk_error disclosure_not_sent display_check
        folder_is_taken imaging_error impossible_canvas invitation_claimed invitation_expired
        invitation_is_for_somebody_else invitation_refused invitation_revoked invitation_unknown
        key_file_missing key_file_unfit knows_the_study last_owner letter_not_sent lines_unreadable
        missing_pixels no_answers no_place_left no_plan no_secrets no_such_image not_a_backup not_a_person
        not_a_short_name not_an_address not_asked_for not_empty not_enough_images not_frozen
        not_in_production not_open not_stamped not_whole nothing_sent nothing_to_disclose nothing_to_import
        nothing_to_remind only_a_list other_answer other_tab out_of_order particulars_unfit plan_is_stale
        plan_not_verified plan_was_changed protocol_has_moved_on quota_used readers_do_not_lead
        reads_the_study recipient_is_in_the_study refusal report_refused result_error revocation_refused
        run_cancelled seals_renewed_already second_person_needed secret_unreadable server_refused
        shares_images slug_is_taken stamp_unfit step_first still_blinded still_in_a_study still_masked still_open
        study_error study_is_frozen study_is_locked study_is_not_locked superseded_tab too_few_images
        tool_missing truth_error unknown_scope unknown_stream upload_refused washout
        withdrawal_needs_reason""".split(),
        409,
    ),
    **dict.fromkeys(
        """generation_not_installed incomplete not_asked off_scale plan_refused
        protocol_error reason_missing synthesis_error unknown_model unknown_slot unknown_source""".split(),
        422,
    ),
    "frozen": 423,
}


def errors_of(error: type[ReaderstudyError]) -> Iterator[type[ReaderstudyError]]:
    for below in error.__subclasses__():
        if below.__module__.startswith("readerstudy."):
            yield below
            yield from errors_of(below)


def all_errors() -> list[type[ReaderstudyError]]:
    for module in pkgutil.walk_packages(readerstudy.__path__, "readerstudy."):
        if not re.search(r"\.(migrations|management|wsgi|__main__)", module.name):
            importlib.import_module(module.name)
    return list(errors_of(ReaderstudyError))


def test_every_code_is_listed_with_its_status() -> None:
    assert {error.code: error.status for error in all_errors()} == STATUS_BY_CODE


def test_two_errors_of_one_code_have_one_status() -> None:
    statuses = Counter(code for code, _ in {(error.code, error.status) for error in all_errors()})
    assert [code for code, number in statuses.items() if number > 1] == []


def test_every_error_is_a_sentence() -> None:
    assert [error.__name__ for error in all_errors() if not (error.__doc__ or "").strip().endswith(".")] == []
