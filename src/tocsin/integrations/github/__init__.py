"""GitHub in both directions: the issue is the record of an incident and keeps working by hand.

`body`, `match` and `merge` are pure: text in, text and changes out. `send` delivers, `listen` turns what arrives into
commands. Nothing here appends events; the desk does.
"""
