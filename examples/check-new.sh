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
names=$(mktemp)
trap 'rm -f "$now" "$names"' EXIT

# By the time of change, and not of modification: what is moved or copied here with its old date is new, too. Each name
# found is judged, whatever it is, but for these that often lie beside media.
since=
if [ -e "$mark" ]; then since=-cnewer; fi
find "$folder" -type f ! -name '.*' \
    ! -iname '*.txt' ! -iname '*.md' ! -iname '*.json' ! -iname '*.xml' ! -iname '*.xmp' ! -iname '*.csv' \
    ${since:+"$since" "$mark"} -print0 >"$names" || {
    echo "check-new.sh: not all of $folder could be looked into" >&2
    exit 3
}

if [ -s "$names" ]; then
    preflight check --from0 "$names" "$@"
fi
mv -f "$now" "$mark"
