from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_directory")]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="language",
            field=models.CharField(blank=True, default="", max_length=10, verbose_name="language"),
        ),
    ]
