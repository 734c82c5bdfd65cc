"""An S3-compatible store of the tests' own, behind the answers of S3 itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from django.conf import settings
from django.test import override_settings
from moto import mock_aws

from readerstudy import settings as platform
from readerstudy.imaging import delivery


@contextmanager
def a_bucket(monkeypatch: pytest.MonkeyPatch, name: str = "knees") -> Iterator[Any]:
    """The bucket that STORAGE_URL names, empty; images live there meanwhile."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("STORAGE_URL", f"s3://{name}/pixels")
    try:
        with mock_aws():
            made = boto3.resource("s3").create_bucket(Bucket=name)
            with override_settings(STORAGES={**settings.STORAGES, "images": platform.image_storage()}):
                delivery.cache.clear()
                yield made
    finally:
        delivery.cache.clear()
