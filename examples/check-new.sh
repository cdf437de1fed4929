#!/bin/sh
# Judge what came into a folder since the last run that found everything clean. For cron, or a step of a pipeline.
#
#     check-new.sh FOLDER [OPTION...]        options go to `preflight check`
#
# Names travel ended by NUL, so that none of them, whatever it holds, is taken for two or for an option. The exit status
# is that of the program: 0 clean (or nothing new), 1 findings, 2 a wrong call, 3 something could not be judged.
set -eu

folder=${1:?"usage: check-new.sh FOLDER [OPTION...]"}
shift
case $folder in -*) folder=./$folder ;; esac
mark=$folder/.preflight-clean
now=$(mktemp "$folder/.preflight-now.XXXXXX") # made before the search: what comes meanwhile is newer than it
trap 'rm -f "$now"' EXIT

found() {
    if [ -e "$mark" ]; then
        find "$folder" -type f ! -name '.*' -newer "$mark" "$@"
    else
        find "$folder" -type f ! -name '.*' "$@"
    fi
}

if [ -n "$(found -exec echo x \; -quit)" ]; then
    found -print0 | preflight check --from0 - "$@"
fi
mv -f "$now" "$mark"
