from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0008_questionnaire_salt"),
    ]

    operations = [
        migrations.AddField(
            model_name="response",
            name="items",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
