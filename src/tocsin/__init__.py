"""Tocsin runs the incident checklist a team has already written.

Each folder is one part; a part may import those below it in this list of arrows, never those above:
project > web | api | cli | integrations > desk > delivery > store | people > incident > playbook > errors.

playbook/      read a checklist into a Playbook value                           pure
incident/      decide what a command does, evolve state, say what is due        pure
store/         the event log and the read models                                Django
people/        accounts, teams, audiences, contacts                             Django
delivery/      outbox, worker, retries; owns the Connector protocol             Django
desk/          the only writer: load, decide, append, queue                     Django
integrations/  one folder per outside system, both directions in it
web/           the room in the browser: pages and forms
api/           the HTTP API under /api/v1
cli/           the terminal program's commands
project/       settings, urls, wiring: the one place that knows every part
errors.py      the roots of every error
"""

__version__ = "0.1.0"
