"""Signed webhooks, in the shape of Standard Webhooks."""
