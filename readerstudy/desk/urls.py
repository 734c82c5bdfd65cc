"""The desk's addresses."""

from django.urls import path

from readerstudy.desk.pages import (
    audit,
    ending,
    images,
    people,
    plan,
    planner,
    playground,
    protocol,
    reading,
    result,
    runs,
    studies,
)

urlpatterns = [
    path("", studies.home, name="home"),
    path("studies/", studies.studies, name="desk-studies"),
    path("studies/new/", studies.new_study, name="desk-new"),
    path("studies/<slug:slug>/", protocol.overview, name="desk-study"),
    path("studies/<slug:slug>/protocol/", protocol.protocol, name="desk-protocol"),
    path("studies/<slug:slug>/protocol/check/", protocol.check_protocol, name="desk-protocol-check"),
    path("studies/<slug:slug>/protocol.toml", protocol.protocol_file, name="desk-protocol-file"),
    path("studies/<slug:slug>/images/", images.images, name="desk-images"),
    path("studies/<slug:slug>/images/upload/<uuid:batch>/<int:index>/", images.upload, name="desk-upload"),
    path("studies/<slug:slug>/images/of/<slug:source>/", images.sheet, name="desk-sheet"),
    path(
        "studies/<slug:slug>/images/<int:number>.png",
        images.source_thumbnail,
        name="desk-source-thumbnail",
    ),
    path("studies/<slug:slug>/plan/", plan.plan, name="desk-plan"),
    path("studies/<slug:slug>/audit/", audit.audit, name="desk-audit"),
    path("studies/<slug:slug>/runs/<int:number>.json", runs.run_state, name="desk-run"),
    path("studies/<slug:slug>/runs/<int:number>/stop/", runs.stop_run, name="desk-run-stop"),
    path("studies/<slug:slug>/lock/", plan.lock, name="desk-lock"),
    path("studies/<slug:slug>/people/", people.people, name="desk-people"),
    path(
        "studies/<slug:slug>/people/<slug:pseudonym>/withdraw/",
        people.withdraw_person,
        name="desk-withdraw",
    ),
    path("studies/<slug:slug>/progress/", reading.progress, name="desk-progress"),
    path("studies/<slug:slug>/ending/", ending.ending, name="desk-ending"),
    path("studies/<slug:slug>/bundle.zip", ending.bundle, name="desk-bundle"),
    path("studies/<slug:slug>/result/", result.result, name="desk-result"),
    path("studies/<slug:slug>/result/<str:name>", result.report_file, name="desk-report-file"),
    path("studies/<slug:slug>/cases/<slug:section>/", result.cases, name="desk-cases"),
    path("studies/<slug:slug>/cases/image/<int:number>.png", result.thumbnail, name="desk-thumbnail"),
    path("studies/<slug:slug>/playground/", playground.playground, name="desk-playground"),
    path("studies/<slug:slug>/playground/<int:number>.json", playground.preview_state, name="desk-preview"),
    path(
        "studies/<slug:slug>/playground/<int:number>/<int:index>.png",
        playground.preview_image,
        name="desk-preview-image",
    ),
    path("planner/", planner.planner, name="desk-planner"),
]
