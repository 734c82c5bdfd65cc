from django.db import migrations


class Migration(migrations.Migration):
    """A clear name for the model. Its table, and the triggers on that, keep the former one."""

    dependencies = [("truth", "0012_plan_pool")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("DisclosureApproval", "SharedImagesApproval"),
                migrations.AlterModelTable("SharedImagesApproval", "truth_disclosureapproval"),
            ]
        )
    ]
