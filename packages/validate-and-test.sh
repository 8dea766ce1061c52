#!/usr/bin/env bash
# Validates and tests mappings in a job of a code host: action.yml runs it, and any other host can. Both run, even if
# the first fails. From the environment: MAPPINGS, VERSION or COMMAND, DENY_WARNINGS.
set -uo pipefail

mappings=${MAPPINGS:-mappings}
case $mappings in -*) mappings=./$mappings ;; esac
if [ -n "${COMMAND-}" ]; then
  claimsmith=("$COMMAND")
else
  claimsmith=(npx --yes "claimsmith@${VERSION:?the version of the npm package}")
fi
options=(--format github)
if [ "${DENY_WARNINGS-}" = true ]; then options+=(--deny-warnings); fi

worst=0
for verb in validate test; do
  "${claimsmith[@]}" "$verb" "${options[@]}" "$mappings" || {
    status=$?
    if [ "$status" -gt "$worst" ]; then worst=$status; fi
  }
done
exit "$worst"
