#!/usr/bin/env bash
# Lint the files that the globs in PLAYBOOKS name, one glob a line, as annotations of the pull request.
set -euo pipefail
shopt -s globstar nullglob
IFS=$'\n'

files=()
for pattern in ${PLAYBOOKS}; do
  for file in ${pattern}; do
    case "${file##*/}" in
      config.yml | config.yaml) ;; # GitHub's own settings for the issue chooser.
      *) [ -f "$file" ] && files+=("$file") ;;
    esac
  done
done

if [ ${#files[@]} -eq 0 ]; then
  echo "::notice::No file matches, so there is no playbook to check."
  exit 0
fi
exec tocsin lint --format github "${files[@]}"
