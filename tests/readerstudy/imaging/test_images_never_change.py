"""The pixels that an image names are the same for ever."""

import pytest
from django.db import IntegrityError, transaction

from readerstudy.imaging.models import Image


@pytest.mark.django_db
def test_the_database_refuses_to_rename_the_pixels_of_an_image() -> None:
    image = Image.objects.create(digest="a" * 64, width=64, height=64, bits=8)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(digest="b" * 64)
