"""A playbook in our own words, as a harbour town would keep it in its repository."""

PLAYBOOK = """\
---
name: Harbour incident
about: When ferries, tickets or lights fail.
title: "Incident: <what happened>"
labels: incident, harbour
assignees: grace
---

**Do not put sensitive information in this issue or Slack.**

**Severity:** _High/Medium/Low_

## Initiate

1. [x] Create an issue from this template.
1. [ ] Declare the incident in the channel [#harbour][harbour].
1. [ ] Start a video call.

## Assess

- [ ] Assign the severity above:
  - **High:** Passengers' data may be exposed
  - **Medium:** No tickets can be sold for more than 30 minutes
  - **Low:** One kiosk is dark
- [ ] Find out which piers are affected.

### High/Medium incidents

- [ ] If it lasts more than 60 minutes, notify the ferry operators.

## Remediate

- [ ] Check the [log of the gate](https://harbour.example/gate) for errors. ⛴️
- [ ] Retain any relevant materials.

## Follow-up

- [ ] Create issues for follow-up tasks, such as:
  - Adding monitoring
  - Updating documentation
  - Having the system fail more gracefully
  - Scheduling a retrospective/post-mortem

[harbour]: https://harbour.slack.com/archives/C0HARBOUR1
"""
BODY = PLAYBOOK.split("---\n", 2)[2].lstrip("\n")
