#!/bin/sh
# Installs libcxm on an ELF system: header, shared and static library, pkg-config and CMake files.
#
#   cargo build --release -p cxm-ffi && cxm-ffi/packaging/install.sh PREFIX [BUILD_FOLDER]
#
# BUILD_FOLDER is where cargo put the libraries, target/release unless given. DESTDIR and LIBDIR
# (below PREFIX; lib unless set, otherwise such as lib/x86_64-linux-gnu) are heeded, as packagers
# expect.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
prefix=${1:?usage: install.sh PREFIX [BUILD_FOLDER]}
build=${2:-$here/../target/release}
libdir=${LIBDIR:-lib}
root=${DESTDIR:-}$prefix
# From the folder of libraries back to the prefix.
back=$(printf '%s' "$libdir" | sed 's|[^/][^/]*|..|g')

version=$(sed -n 's/^#define CXM_VERSION "\(.*\)"$/\1/p' "$here/include/cxm.h")
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
series=$major.$minor
abi=$major
if [ "$major" = 0 ]; then
    abi=0.$minor
fi

fill() {
    sed -e "s|@PREFIX@|$prefix|" -e "s|@LIBDIR@|$libdir|" -e "s|@BACK@|$back|" -e "s|@VERSION@|$version|" \
        -e "s|@ABI@|$abi|" -e "s|@SERIES@|$series|" "$here/packaging/$1.in" >"$2"
}

mkdir -p "$root/include" "$root/$libdir/pkgconfig" "$root/$libdir/cmake/cxm"
cp "$here/include/cxm.h" "$root/include/cxm.h"
cp "$build/libcxm.a" "$root/$libdir/libcxm.a"
cp "$build/libcxm.so" "$root/$libdir/libcxm.so.$version"
ln -sf "libcxm.so.$version" "$root/$libdir/libcxm.so.$abi"
ln -sf "libcxm.so.$abi" "$root/$libdir/libcxm.so"
fill cxm.pc "$root/$libdir/pkgconfig/cxm.pc"
fill cxm-config.cmake "$root/$libdir/cmake/cxm/cxm-config.cmake"
fill cxm-config-version.cmake "$root/$libdir/cmake/cxm/cxm-config-version.cmake"
