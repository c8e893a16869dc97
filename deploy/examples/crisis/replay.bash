# How `deploy/demo --crisis` replays the spring of 2020: four nodes whose clocks stand in that spring publish the notes
# of timeline.tsv, each at its time. deploy/demo reads this file and has the functions that it uses.
#
# The clocks are moved from event to event (clock.offset_seconds, which is read anew while a node runs), so that each
# note is signed with its day, and an answer comes as many days after its question as the time line says.

spring=$here/examples/crisis
timeline() { grep -v '^#' "$spring/timeline.tsv"; }
begins() { timeline | head -n 1 | cut -f 1; }
seconds_of() { date -u -d "$1" +%s; }

# The file of settings of a city. A story has a ref once Seoul has written.
settle() {  # city, offset in seconds
  {
    [ -z "${note[seoul-drive-thru-testing]:-}" ] || printf '[office]\nstory = "%s"\n' "${note[seoul-drive-thru-testing]}"
    printf '[clock]\noffset_seconds = %s\n' "$2"
  } >"$folder/$1/koinond.toml"
}
# Before a node starts for the first time.
begin_in_spring() { settle "$1" $(($(seconds_of "$(begins)") - $(date +%s))); }
believe() { quietly "$1" clock --is-right >/dev/null || fail "the clock of ${title[$1]} is not believed"; }
# All clocks jump; each operator says that theirs is right.
move_clocks() {  # time
  local city offset=$(($(seconds_of "$1") - $(date +%s)))
  for city in "${cities[@]}"; do
    settle "$city" "$offset"
    kill -HUP "${pid[$city]}"
  done
  for city in "${cities[@]}"; do
    # Its line in the log comes after the clock has moved.
    until_shows "$offset" cat "$folder/$city.log" || fail "the clock of ${title[$city]} does not move"
    believe "$city"
  done
}

# Waits as long as the days between two events last at this speed.
pass() {  # from, until
  $once || sleep "$(awk -v s="$(($(seconds_of "$2") - $(seconds_of "$1")))" -v speed="$speed" 'BEGIN { printf "%.2f", s / speed }')"
}

happen() {  # city, what, note, about
  local city=$1 what=$2 file=$3 about=${note[$4]:-} ref
  case $what in
    publish) ref=$(publish_from "$city" publish "$file.md") ;;
    translate) ref=$(publish_from "$city" publish "$file.md" --translates "$about") ;;
    adopt) ref=$(publish_from "$city" publish "$file.md" --adopts "$about") ;;
    ask) ref=$(publish_from "$city" ask --file "$file.md" --about "$about" --to la.example) ;;
    answer) ref=$(publish_from "$city" answer "$about" --file "$file.md" --points-to "${note[seoul-drive-thru-testing]}") ;;
    *) fail "timeline.tsv: nobody knows how to $what" ;;
  esac || fail "${title[$city]} could not $what $file"
  note[$file]=$ref
  # It is here once every city has it.
  local other
  for other in "${cities[@]}"; do
    until_shows "$ref" quietly "$other" list --city "$city.example" || fail "the note of ${title[$city]} did not reach ${title[$other]}"
  done
}
publish_from() {
  local city=$1
  shift
  printf '\033[1m%s$ koinon' "$city" >&2
  printf ' %s' "$@" >&2
  printf '\033[0m\n' >&2
  (cd "$spring" && "$bin/koinon" --data "$folder/$city" "$@")
}

# What a visitor of Los Angeles is told, once all of it is there.
shows_the_story() {
  local page
  page=$(page_of "${address[la]}" "$1")
  local words
  for words in 'class="story' "Los Angeles took it up and changed it. It says: it worked." "San Diego asked Los Angeles about it:" \
    "Los Angeles answered 2 days later:" 'datetime="2020-03-04T' 'datetime="2020-05-26T'; do
    grep -qF -- "$words" <<<"$page" || { echo "$words"; return 1; }
  done
}

replay() {
  local at city what file about told last day=
  for city in "${cities[@]}"; do profile_of "$city"; done
  last=$(begins)
  echo
  echo "The spring of 2020, $speed times as fast: $(awk -v s="$(($(seconds_of "$(timeline | tail -n 1 | cut -f 1)") - $(seconds_of "$last")))" -v speed="$speed" 'BEGIN { printf "%d days in %d seconds", s / 86400, s / speed }')."
  $once || echo "Watch it come: ${address[la]}/map and ${address[la]}/ (each page follows by itself)."
  while IFS=$'\t' read -r -u 4 at city what file about told; do
    pass "$last" "$at"
    last=$at
    [ "$day" = "${at%T*}" ] || { day=${at%T*}; printf '\n\033[1m%s\033[0m\n' "$(LC_ALL=C date -u -d "$at" '+%-d %B %Y')"; }
    echo "$told"
    [ "$what" = tell ] && continue
    move_clocks "$at"
    happen "$city" "$what" "$file" "$about" || exit 1
  done 4< <(timeline)
  # The names of cities come with their profiles; the page is asked until it has them all.
  local tries=600
  until shows_the_story / >/dev/null && shows_the_story "/story/${note[seoul-drive-thru-testing]}" >/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "the first page of Los Angeles does not say: $(shows_the_story / || shows_the_story "/story/${note[seoul-drive-thru-testing]}")"
    sleep 0.05
  done
}

summary() {
  echo
  echo "What came of it: Seoul wrote how people are tested in their cars, and Milan how it made room in hospitals. Los Angeles"
  echo "took up both and changed the first; by December 2020 a million tests were made at Dodger Stadium. San Diego asked, and"
  echo "was answered. $(timeline | grep -vc "	tell	") notes, each signed by its city's node, reached all four."
  run la show "${note[seoul-drive-thru-testing]}" | sed -n 1,12p
}
