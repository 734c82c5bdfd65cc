"""The bundle: tables that a study exports and the analysis reads, one row an answer."""

from readerstudy.results.bundle.export import export_bundle
