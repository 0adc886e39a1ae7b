"""Read a team's checklist into a Playbook value. Pure: no Django, no clock, no files, no network."""
