# Sourced by the launchers and the build: finds a JDK 25 without starting any process.

# A JDK says which one it is in its release file.
is_java_25() {
  [ -x "$1/bin/java" ] || return 1
  while IFS= read -r line; do
    case $line in 'JAVA_VERSION="25'[.\"]*) return 0 ;; esac
  done 2>/dev/null <"$1/release"
  return 1
}

# Sets java_home to $JOBD_JAVA_HOME, else $JAVA_HOME if it is a JDK 25, else the first in /usr/lib/jvm.
# Fails, with the reason on stderr, where there is none.
find_java_25() {
  if [ -n "${JOBD_JAVA_HOME:-}" ]; then
    java_home=$JOBD_JAVA_HOME
    is_java_25 "$java_home" && return 0
    echo "${0##*/}: JOBD_JAVA_HOME=$java_home is not a JDK 25; unset it or point it at one" >&2
    return 1
  fi
  for java_home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*; do
    is_java_25 "$java_home" && return 0
  done
  echo "${0##*/}: no JDK 25 in \$JAVA_HOME or /usr/lib/jvm; install one or set JOBD_JAVA_HOME" >&2
  return 1
}

# Opens what of 0 to 2 is closed, on nothing: else the JVM gets these numbers for files of its own, and a job's
# input would be read from them, or a line for people written to them.
open_standard_streams() {
  [ -e /proc/self/fd/0 ] || exec 0</dev/null
  [ -e /proc/self/fd/1 ] || exec 1>/dev/null
  [ -e /proc/self/fd/2 ] || exec 2>/dev/null
}
