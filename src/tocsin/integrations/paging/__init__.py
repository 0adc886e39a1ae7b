"""Paging: people are called through Apprise, which speaks to pagers, chats and text messages."""
