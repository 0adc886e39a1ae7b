"""What each command does by itself, one file a theme. What follows from it by the playbook is settled afterwards."""
