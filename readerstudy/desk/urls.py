from django.urls import URLPattern, URLResolver, include, path

from readerstudy.desk.cases import pages as cases
from readerstudy.desk.emergency import pages as emergency
from readerstudy.desk.ending import pages as ending
from readerstudy.desk.ending.archives import bundle_archive, reproduction_archive
from readerstudy.desk.images import pages as images
from readerstudy.desk.interim import pages as interim
from readerstudy.desk.locking import pages as locking
from readerstudy.desk.people import pages as people
from readerstudy.desk.person import pages as person
from readerstudy.desk.planner import pages as planner
from readerstudy.desk.playground import pages as playground
from readerstudy.desk.protocol import pages as protocol
from readerstudy.desk.rehearsal import pages as rehearsal
from readerstudy.desk.result import pages as result
from readerstudy.desk.runs import pages as runs
from readerstudy.desk.study import pages as study
from readerstudy.desk.watching import pages as watching

of_a_study = [
    path("", study.overview, name="desk-study"),
    path("protocol/", protocol.protocol, name="desk-protocol"),
    path("protocol/check/", protocol.check_protocol, name="desk-protocol-check"),
    path("protocol/preview/", protocol.preview_protocol, name="desk-protocol-preview"),
    path("protocol/history/", protocol.history, name="desk-protocol-history"),
    path("protocol/history/<int:number>/", protocol.version, name="desk-protocol-version"),
    path("protocol.toml", protocol.protocol_file, name="desk-protocol-file"),
    path("images/", images.images, name="desk-images"),
    path("images/upload/<uuid:batch>/<int:index>/", images.upload, name="desk-upload"),
    path("images/refused/<int:number>.csv", images.refusals, name="desk-refusals"),
    path("images/of/<slug:source>/", images.sheet, name="desk-sheet"),
    path("images/of/<slug:source>/take-out/", images.take_out_of, name="desk-take-out"),
    path("images/<int:number>.png", images.source_thumbnail, name="desk-source-thumbnail"),
    path("plan/", locking.plan, name="desk-plan"),
    path("plan.csv", locking.plan_file, name="desk-plan-file"),
    path("audit/", locking.audit, name="desk-audit"),
    path("runs/<int:number>.json", runs.run_state, name="desk-run"),
    path("runs/<int:number>/stop/", runs.stop_run, name="desk-run-stop"),
    path("preflight/", rehearsal.preflight, name="desk-preflight"),
    path("preflight/<slug:rehearsal>/", rehearsal.preflight_report, name="desk-preflight-report"),
    path("preview/", rehearsal.preview, name="desk-preview-reading"),
    path("copy/", study.copy, name="desk-copy"),
    path("lock/", locking.lock, name="desk-lock"),
    path("log/", watching.log, name="desk-log"),
    path("audit-trail.<slug:kind>", watching.audit_trail_file, name="desk-audit-trail"),
    path("people/", people.people, name="desk-people"),
    path("people/<slug:pseudonym>/withdraw/", people.withdraw_reader, name="desk-withdraw"),
    path("people/staff/<int:number>/withdraw/", people.withdraw_staff, name="desk-withdraw-staff"),
    path("progress/", watching.progress, name="desk-progress"),
    path("emergency/", emergency.emergency, name="desk-emergency"),
    path("interim/", interim.interim, name="desk-interim"),
    path("ending/", ending.ending, name="desk-ending"),
    path("bundle.zip", ending.archive, {"make": bundle_archive}, name="desk-bundle"),
    path("reproduce.zip", ending.archive, {"make": reproduction_archive}, name="desk-reproduction"),
    path("result/", result.result, name="desk-result"),
    path("result/<str:name>", result.report_file, name="desk-report-file"),
    path("cases/<slug:section>/", cases.cases, name="desk-cases"),
    path("cases/<slug:section>/<int:number>/", cases.case, name="desk-case"),
    path("cases/<slug:section>/<int:number>/replay/<slug:reader>/", cases.replay, name="desk-replay"),
    path("gaze/", cases.gaze, name="desk-gaze"),
    path("gaze-codes.csv", cases.codes, name="desk-gaze-codes"),
    path("cases/image/<int:number>.png", cases.thumbnail, name="desk-thumbnail"),
    path("playground/", playground.playground, name="desk-playground"),
    path("playground/<int:number>.json", playground.preview_state, name="desk-preview"),
    path("playground/<int:number>/<int:index>.png", playground.preview_image, name="desk-preview-image"),
    path("margin/", planner.write_margin, name="desk-margin"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/data/", person.my_data, name="my-data"),
    path("account/data.json", person.my_data_file, name="my-data-file"),
    path("account/erasure/", person.erase_me, name="erase-me"),
    path("", study.home, name="home"),
    path("studies/", study.studies, name="desk-studies"),
    path("studies/new/", study.new_study, name="desk-new"),
    path("studies/new/check/", protocol.check_new_protocol, name="desk-new-check"),
    path("studies/new/preview/", protocol.preview_new_protocol, name="desk-new-preview"),
    path("planner/", planner.planner, name="desk-planner"),
    path("studies/<slug:slug>/", include(of_a_study)),
]
