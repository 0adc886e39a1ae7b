"""Calendar: invitations that every calendar reads."""
