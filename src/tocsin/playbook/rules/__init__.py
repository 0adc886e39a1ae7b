"""What the words of a checklist mean, one module a kind of meaning. Nothing here knows Markdown or YAML."""
