from rest_framework import serializers

from readerstudy.web.shapes import Shape


class WriteReport(Shape):
    cross_check = serializers.BooleanField(
        default=False,
        label="Second opinion",
        help_text="Compute the numbers with scipy, statsmodels, krippendorff and pingouin too, and compare.",
    )
