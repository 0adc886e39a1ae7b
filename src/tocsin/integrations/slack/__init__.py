"""Slack, both ways: incidents are declared, run and resolved there, and its failures lose and repeat nothing.

config      what the settings say          faults    what Slack's errors mean and how they are mended
client      one call to Slack              blocks    pieces of Block Kit within its limits
cards       the messages                   checklist the one message that is edited in place
modals      the forms                      home      App Home
announce    events to messages             send      the connector: post, edit, find
listen      what Slack sends, to an inbox  work      what was sent, to commands
people      Slack's users as people        probe     the self-check

`announce`, `cards`, `checklist`, `modals` and `home` are pure. `send` knows neither the desk nor the store.
"""
