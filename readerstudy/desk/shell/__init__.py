"""Shared by all subjects of the desk: access, the stages of a study, the page frame."""
