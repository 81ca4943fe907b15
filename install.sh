#!/bin/sh
# Installs kubectl-upid where krew is not used: finds out the platform, takes the archive from a folder or an address, compares its
# SHA-256 with the published one, and puts it in place by renaming, so that a failure leaves what was there before.
#
#   PREFIX/lib/kubectl-upid/VERSION/           what the archive holds
#   PREFIX/lib/kubectl-upid/VERSION.receipt    the files that were put there: what --uninstall removes
#   PREFIX/bin/kubectl-upid                    a link, which kubectl finds when PREFIX/bin is on PATH
#
# Everything is a function and the last line calls the first of them, so that half of this file does nothing.

set -eu

# Where releases are published, set by whoever publishes them; --from and UPID_DOWNLOAD_BASE come before it.
RELEASES=''

# What Node's binaries for Linux are linked against.
OLDEST_GLIBC=2.28

usage() {
  cat <<'END'
Installs kubectl-upid, or removes it.

  sh install.sh [--from PLACE] [--version VERSION] [--prefix FOLDER]
  sh install.sh --uninstall [--prefix FOLDER]

  --from PLACE        folder, file:// or http(s):// address that holds checksums.txt and the archives (else UPID_DOWNLOAD_BASE)
  --version VERSION   which version, where the place holds several
  --prefix FOLDER     where to install: FOLDER/lib/kubectl-upid and a link in FOLDER/bin (default ~/.local)
  --uninstall         remove what an earlier run installed, and nothing else
END
}

main() {
  from=${UPID_DOWNLOAD_BASE:-$RELEASES} version='' prefix='' action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --from=* | --version=* | --prefix=*) set_option "${1%%=*}" "${1#*=}" ;;
      --from | --version | --prefix)
        [ $# -ge 2 ] || misused "$1 needs a value"
        set_option "$1" "$2"
        shift
        ;;
      --uninstall) action=uninstall ;;
      -h | --help)
        usage
        return
        ;;
      *) misused "unknown argument: $1" ;;
    esac
    shift
  done
  stage='' lock='' kept='' made=''
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # Others may run what root installs, whatever root's own mask is.
  umask 022
  settle_prefix
  "$action"
}

set_option() {
  [ -n "$2" ] || misused "$1 needs a value"
  case $1 in
    --from) from=$2 ;;
    --version) version=${2#v} ;;
    --prefix) prefix=$2 ;;
  esac
}

# -- saying ------------------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

misused() {
  printf 'error: %s; see --help\n' "$*" >&2
  exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a program and keeps what it says about its failure: not in a file, because the disk may be full.
attempt() { said=$("$@" 2>&1 >/dev/null </dev/null); }

# The first line that it said, or by `tail` the last.
trouble() { printf '%s\n' "$said" | sed '/./!d' | "${1:-head}" -n 1; }

# -- install -----------------------------------------------------------------------------------------------------------------

install() {
  [ -n "$from" ] || fail 'it is not known where to take the archives from; give the folder or address that holds them and' \
    'their checksums.txt with --from or in UPID_DOWNLOAD_BASE'
  detect_platform
  choose_sum_program
  make_stage
  fetch checksums.txt "$stage/checksums.txt"
  settle_version
  archive=kubectl-upid_${version}_$platform.tar.gz
  sum=$(published_sum)
  say "Taking $archive from $(shown "$from")"
  fetch "$archive" "$stage/archive.tar.gz"
  verify
  unpack
  try_out
  put_in_place
  say "Installed kubectl-upid $version in $library/$version"
  tell_path
}

detect_platform() {
  system=$(uname -s) machine=$(uname -m)
  case $system in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    MINGW* | MSYS* | CYGWIN* | Windows*)
      fail 'on Windows unpack kubectl-upid_VERSION_windows-amd64.zip into a folder of its own and put that on PATH, or use krew'
      ;;
    *) fail "there is no kubectl-upid for $system; there is for Linux, macOS and Windows" ;;
  esac
  case $machine in
    x86_64 | amd64) architecture=amd64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) fail "there is no kubectl-upid for $machine processors; there is for x86_64 (amd64) and aarch64 (arm64)" ;;
  esac
  # A shell that Rosetta translates is told of another processor than the machine has.
  if [ "$os" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then architecture=arm64; fi
  if [ "$os" = linux ]; then check_linux; fi
  platform=$os-$architecture
}

# The kernel's word is not enough: its programs may be 32-bit ones, or made for another C library.
check_linux() {
  if [ "$(getconf LONG_BIT 2>/dev/null || :)" = 32 ]; then
    fail 'this system runs 32-bit programs on a 64-bit kernel; there is no kubectl-upid for it'
  fi
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc=''
  case $glibc in
    'glibc '*) glibc=${glibc#glibc } ;;
    *)
      # Of the two, only glibc's ldd ends its first line in the version.
      banner=$(ldd --version 2>&1) || :
      case $banner in
        *musl*) fail 'this system has the musl C library (as Alpine has); kubectl-upid for Linux needs glibc' "$OLDEST_GLIBC or newer" ;;
      esac
      glibc=$(printf '%s\n' "$banner" | sed -n '1s/.* \([0-9][0-9]*\.[0-9][0-9]*\)$/\1/p')
      if [ -z "$glibc" ] && ls /lib/ld-musl-* >/dev/null 2>&1; then
        fail 'this system has the musl C library (as Alpine has); kubectl-upid for Linux needs glibc' "$OLDEST_GLIBC or newer"
      fi
      ;;
  esac
  # What cannot be told here is told by trying the program out.
  if [ -n "$glibc" ] && older "$glibc" "$OLDEST_GLIBC"; then
    fail "this system has glibc $glibc; kubectl-upid for Linux needs $OLDEST_GLIBC or newer"
  fi
}

# Compares MAJOR.MINOR as two numbers.
older() {
  [ "${1%%.*}" -lt "${2%%.*}" ] && return
  [ "${1%%.*}" -eq "${2%%.*}" ] || return
  first=${1#*.} second=${2#*.}
  [ "${first%%.*}" -lt "${second%%.*}" ]
}

choose_sum_program() {
  if have sha256sum; then
    sum_of() { sha256sum "$1" | cut -c 1-64; }
  elif have shasum; then
    sum_of() { shasum -a 256 "$1" | cut -c 1-64; }
  elif have openssl; then
    sum_of() { openssl dgst -sha256 -r "$1" | cut -c 1-64; }
  else
    fail 'the archive cannot be verified, because none of sha256sum, shasum and openssl is installed'
  fi
}

# -- taking ------------------------------------------------------------------------------------------------------------------

# An address without the password that may be in it.
shown() { printf '%s\n' "$1" | sed 's#://[^/@]*@#://#'; }

# FILE of the place, to TARGET.
fetch() {
  from=${from%/}
  case $from in
    http://* | https://*) download "$from/$1" "$2" || fail "cannot download $(shown "$from/$1"): $(trouble tail)" ;;
    file://*) copy "/${from#file://*/}/$1" "$2" ;;
    *://*) fail "$(shown "$from") is no place that is understood; it should be a folder, or begin with file://, http:// or https://" ;;
    *) copy "$from/$1" "$2" ;;
  esac
}

copy() { attempt cp "$1" "$2" || fail "cannot read $1: $(trouble)"; }

download() {
  if have curl; then
    # What is asked for in secret is not taken from an open redirection.
    case $1 in https://*) allowed='=https' ;; *) allowed='=http,https' ;; esac
    attempt curl -fsSL --proto "$allowed" --retry 2 -o "$2" "$1"
  elif have wget; then
    # Told to be quiet, it would keep the reason of a failure to itself.
    attempt wget -O "$2" "$1"
  else
    fail 'neither curl nor wget is installed; download the archive and checksums.txt into one folder and give it with --from'
  fi
}

settle_version() {
  if [ -z "$version" ]; then
    version=$(listed | sed -n "s/^kubectl-upid_\(.*\)_$platform\.tar\.gz\$/\1/p" | sort -u)
    case $version in
      '') fail "$(shown "$from")/checksums.txt lists no archive for $platform" ;;
      *"
"*) fail "$(shown "$from") holds several versions ($(printf '%s' "$version" | tr '\n' ' ')); name one with --version" ;;
    esac
  fi
  case $version in
    [0-9]*) ;;
    *) misused "invalid version: $version" ;;
  esac
  case $version in *[!0-9A-Za-z.+-]*) misused "invalid version: $version" ;; esac
}

# The file names of checksums.txt, which has lines as sha256sum writes them.
listed() { tr -d '\r' <"$stage/checksums.txt" | sed -n 's/^[0-9a-f]\{64\} [ *]\(.*\)$/\1/p'; }

published_sum() {
  sums=$(tr -d '\r' <"$stage/checksums.txt" | awk -v name="$archive" '{ file = substr($0, 67) } file == name { print $1 }' | sort -u)
  if [ -z "$sums" ]; then fail "$(shown "$from")/checksums.txt has no checksum of $archive; nothing was installed"; fi
  case $sums in *[!0-9a-f]*) fail "$(shown "$from")/checksums.txt has no clear checksum of $archive; nothing was installed" ;; esac
  if [ ${#sums} -ne 64 ]; then fail "$(shown "$from")/checksums.txt has no clear checksum of $archive; nothing was installed"; fi
  printf '%s\n' "$sums"
}

verify() {
  found=$(sum_of "$stage/archive.tar.gz")
  [ "$found" = "$sum" ] || fail "$archive is not the published one: its SHA-256 is $found, it should be $sum; nothing was installed"
}

# -- unpacking ---------------------------------------------------------------------------------------------------------------

# Beside where it will lie, so that it can be renamed, and so that a place that cannot be written to is noticed first.
make_stage() {
  for folder in "${prefix:-/}" "$prefix/lib" "$library" "$prefix/bin"; do
    if [ ! -d "$folder" ]; then
      mkdir -p "$folder" 2>/dev/null || fail "cannot write to $folder; give another place with --prefix"
      made="$folder
$made"
    fi
  done
  stage=$(mktemp -d "$library/.stage.XXXXXX" 2>/dev/null) || fail "cannot write to $library; give another place with --prefix"
  [ -w "$prefix/bin" ] || fail "cannot write to $prefix/bin; give another place with --prefix"
}

unpack() {
  said=$(tar -tzf "$stage/archive.tar.gz" 2>&1 >"$stage/names") || fail "cannot read $archive: $(trouble)"
  # Names that stay inside, and that a receipt can hold one a line.
  if grep -q -e '^/' -e '^\.\.$' -e '^\.\./' -e '/\.\./' -e '/\.\.$' -e '[^][:alnum:]@%+,=._/-]' "$stage/names"; then
    fail "$archive holds names that are not safe to unpack; nothing was installed"
  fi
  mkdir "$stage/new"
  attempt tar -xzof "$stage/archive.tar.gz" -C "$stage/new" || fail "cannot unpack $archive in $library (is there room for it?): $(trouble)"
  if [ ! -f "$stage/new/kubectl-upid" ] || [ ! -x "$stage/new/kubectl-upid" ]; then
    fail "$archive holds no program named kubectl-upid; nothing was installed"
  fi
  if [ -n "$(find "$stage/new" ! -type f ! -type d)" ]; then fail "$archive holds links; nothing was installed"; fi
  (cd "$stage/new" && find . ! -name . | sed 's#^\./##' | sort -r) >"$stage/receipt"
}

# It may lack a library that no check above knows of: better told now than at the first use.
try_out() {
  attempt "$stage/new/kubectl-upid" --help || fail "kubectl-upid $version does not start here: $(trouble)"
}

# -- putting in place --------------------------------------------------------------------------------------------------------

put_in_place() {
  take_lock
  if [ -e "$link" ] || [ -L "$link" ]; then is_ours || fail "$link is there already and is not of this script; move it away first"; fi
  place=$library/$version
  if [ -e "$place" ]; then
    [ -f "$place.receipt" ] || fail "$place is there already and is not of this script; move it away first"
    kept=$stage/old
    mv "$place" "$kept"
  fi
  mv "$stage/new" "$place"
  kept=''
  mv "$stage/receipt" "$place.receipt"
  ln -s "../lib/kubectl-upid/$version/kubectl-upid" "$stage/link"
  mv -f "$stage/link" "$link"
  for receipt in "$library"/*.receipt; do
    other=${receipt##*/}
    other=${other%.receipt}
    if [ "$other" != "$version" ]; then
      remove_version "$other"
      say "Removed kubectl-upid $other"
    fi
  done
}

# Held for the moment of renaming only: whoever waits longer waits for one that was killed.
take_lock() {
  waited=0
  until mkdir "$library/.lock" 2>/dev/null; do
    [ -d "$library" ] || fail "$library was removed meanwhile; try again"
    [ "$waited" -lt 20 ] || fail "another installation holds $library/.lock; if none runs, remove that folder and try again"
    waited=$((waited + 1))
    sleep 1
  done
  lock=$library/.lock
}

is_ours() {
  [ -L "$link" ] || return
  case $(readlink "$link") in ../lib/kubectl-upid/*/kubectl-upid) ;; *) return 1 ;; esac
}

tell_path() {
  case ":${PATH:-}:" in
    *":$prefix/bin:"*)
      found=$(command -v kubectl-upid || :)
      if [ "$found" = "$link" ]; then say 'kubectl upid --help shows what it does'
      else say "But $found comes before it on PATH, and is what kubectl upid runs"; fi
      ;;
    *) say "$prefix/bin is not on PATH, so kubectl does not find it yet; for this shell: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
}

# -- removing ----------------------------------------------------------------------------------------------------------------

uninstall() {
  set -- "$library"/*.receipt
  [ -f "$1" ] || fail "nothing is installed in $library"
  for folder in "$library" "$prefix/bin"; do
    if [ -d "$folder" ] && [ ! -w "$folder" ]; then fail "cannot write to $folder; nothing was removed"; fi
  done
  take_lock
  if is_ours; then rm -f "$link"; fi
  for receipt in "$@"; do
    version=${receipt##*/}
    version=${version%.receipt}
    remove_version "$version"
    say "Removed kubectl-upid $version from $library"
  done
  rmdir "$lock"
  lock=''
  rmdir "$library" 2>/dev/null || say "$library holds other files, which were left"
}

# What its receipt lists, deepest first, and the folder where nothing else is in it.
remove_version() {
  while IFS= read -r name; do
    if [ -d "$library/$1/$name" ] && [ ! -L "$library/$1/$name" ]; then rmdir "$library/$1/$name" 2>/dev/null || :
    else rm -f "$library/$1/$name"; fi
  done <"$library/$1.receipt"
  rmdir "$library/$1" 2>/dev/null || :
  rm -f "$library/$1.receipt"
}

# -- places ------------------------------------------------------------------------------------------------------------------

settle_prefix() {
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set; say where to install with --prefix'
    prefix=$HOME/.local
  fi
  case $prefix in
    /) prefix='' ;;
    /*) prefix=${prefix%/} ;;
    *) prefix=$(pwd)/${prefix%/} ;;
  esac
  library=$prefix/lib/kubectl-upid link=$prefix/bin/kubectl-upid
}

clean_up() {
  status=$?
  trap - EXIT HUP INT TERM
  # Stopped between two renamings: the former goes back.
  if [ -n "$kept" ] && [ -d "$kept" ] && [ ! -e "$place" ]; then mv "$kept" "$place"; fi
  if [ -n "$lock" ]; then rmdir "$lock" 2>/dev/null || :; fi
  if [ -n "$stage" ]; then rm -rf "$stage"; fi
  if [ "$status" -ne 0 ]; then
    printf '%s' "$made" | while IFS= read -r folder; do rmdir "$folder" 2>/dev/null || :; done
  fi
  exit "$status"
}

main "$@"
