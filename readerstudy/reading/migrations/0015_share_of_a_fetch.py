from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0014_concerns"),
    ]

    operations = [
        migrations.AddField(
            model_name="fetch",
            name="share",
            field=models.FloatField(null=True),
        ),
    ]
