"""What Slack's errors mean: whether trying again can help, and what a person does about those where it cannot.

Source: https://docs.slack.dev/reference/methods (each method's "Errors").
"""

from __future__ import annotations

# Slack may or may not have done what was asked when it answers one of these.
UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
# Slack did not do it, and it may go better later.
PASSING = frozenset({"ratelimited", "rate_limited", "team_added_to_org", "accesslimited", "org_login_required"})

_REINSTALL = "Install the app again (docs/slack.md) and set TOCSIN_SLACK_BOT_TOKEN to the new token."
_CHANNEL = (
    "Invite the app to the channel in Slack (/invite @tocsin), or map another channel with TOCSIN_SLACK_CHANNEL_MAP."
)
_SHAPE = "This is a fault of Tocsin's: copy the message from the room, and report it."
MENDS: dict[str, str] = {
    "invalid_auth": _REINSTALL,
    "not_authed": _REINSTALL,
    "account_inactive": _REINSTALL,
    "token_revoked": _REINSTALL,
    "token_expired": _REINSTALL,
    "no_permission": _REINSTALL,
    "missing_scope": "Install the app again from the manifest in the documentation, so that it has every scope.",
    "not_allowed_token_type": "Set TOCSIN_SLACK_BOT_TOKEN to the bot token; it begins with xoxb-.",
    "channel_not_found": _CHANNEL,
    "not_in_channel": _CHANNEL,
    "is_archived": "Unarchive the channel in Slack, or map another one with TOCSIN_SLACK_CHANNEL_MAP.",
    "restricted_action": "A workspace owner restricts this. Ask one to allow the app, or use another channel.",
    "restricted_action_read_only_channel": "Only some may post there. Ask an owner to allow the app.",
    "restricted_action_thread_only_channel": "Only replies are allowed there. Ask an owner to allow the app.",
    "restricted_action_non_threadable_channel": "No replies are allowed there. Map another channel.",
    "ekm_access_denied": "The workspace's keys do not let the app post. Ask a workspace owner.",
    "team_access_not_granted": "The app may not act in this workspace. Ask an organisation owner to approve it.",
    "user_not_found": "This person is not in the Slack workspace. Tell them by e-mail, or invite them.",
    "users_not_found": "Nobody in the Slack workspace has this person's e-mail address. Tell them another way.",
    "user_disabled": "This person's Slack account is off. Tell them another way.",
    "cannot_dm_bot": "This is a bot's account. Assign a person.",
    "messages_tab_disabled": "Turn on the app's Messages tab in Slack, so that it can write to people.",
    "name_taken": "A channel of this name exists and is not this incident's. Rename it and retry.",
    "message_not_found": "The message was deleted in Slack. The next change posts a new one.",
    "thread_not_found": "The incident's thread was deleted in Slack. Retry the announcement to begin a new one.",
    "cant_update_message": "Another app posted this message. Check that the token belongs to the same app as before.",
    "edit_window_closed": "Slack no longer lets this message be edited. The next change posts a new one.",
    "msg_too_long": _SHAPE,
    "invalid_blocks": _SHAPE,
    "invalid_blocks_format": _SHAPE,
    "invalid_arguments": _SHAPE,
    "no_text": _SHAPE,
    "metadata_too_large": _SHAPE,
}
_UNKNOWN = "Look the error up at https://docs.slack.dev/reference/methods, mend it and retry from the room."


def mend_of(error: str) -> str:
    """Return what a person does about an error that trying again cannot help."""
    return MENDS.get(error, _UNKNOWN)
