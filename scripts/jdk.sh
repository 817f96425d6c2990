# Finds a JDK that is new enough; read by ./troupe and scripts/test-tools with MIN_JAVA set.
#
# find_jdk      sets JDK to its home, or fails
# explain_jdk   says what to install on this machine

# The version a JDK home names, such as 25.0.3, from its release file: no JVM is started for it.
jdk_version() { sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$1/release" 2>/dev/null; }

is_fit_jdk() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 1
  major=$(jdk_version "$1" | sed 's/[^0-9].*//')
  [ -n "$major" ] && [ "$major" -ge "$MIN_JAVA" ]
}

find_jdk() {
  if [ -n "${TROUPE_JAVA_HOME:-}" ]; then   # an explicit wish is not replaced by a guess
    is_fit_jdk "$TROUPE_JAVA_HOME" && JDK=$TROUPE_JAVA_HOME
    return
  fi
  on_path=$(command -v javac 2>/dev/null || true)
  [ -z "$on_path" ] || on_path=$(dirname -- "$(dirname -- "$(readlink -f -- "$on_path")")")
  mac=
  [ ! -x /usr/libexec/java_home ] || mac=$(/usr/libexec/java_home -v "$MIN_JAVA+" 2>/dev/null || true)
  for home in "${JAVA_HOME:-}" "$on_path" "$mac" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && is_fit_jdk "$home"; then JDK=$home; return 0; fi
  done
  return 1
}

explain_jdk() {
  if [ -n "${TROUPE_JAVA_HOME:-}" ]; then
    echo "troupe: TROUPE_JAVA_HOME=$TROUPE_JAVA_HOME is not a JDK of version $MIN_JAVA or newer."
    return
  fi
  echo "troupe: a JDK of version $MIN_JAVA or newer is needed, and none was found. Install one:"
  if command -v apt-get >/dev/null 2>&1; then
    echo "  Debian 13 or newer, Ubuntu 25.10 or newer:  apt-get install openjdk-$MIN_JAVA-jdk-headless"
    echo "  older releases:  apt-get install temurin-$MIN_JAVA-jdk, from the repository of"
    echo "                   https://adoptium.net/installation/linux/"
  elif [ "$(uname)" = Darwin ]; then
    echo "  brew install --cask temurin@$MIN_JAVA"
  fi
  echo "  anywhere:  https://adoptium.net/temurin/releases/?version=$MIN_JAVA , then set TROUPE_JAVA_HOME to where it lies"
}
