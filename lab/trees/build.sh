#!/bin/sh
# Makes a Debian tree with what a lab host needs. Runs in mount and PID namespaces of its own, so that nothing
# stays mounted or running whichever way it ends.
#
#   build.sh TARGET MIRROR SUITE SCRIPT "PACKAGE…" [NEWER-SUITE "PACKAGE…"]
#
# The packages after NEWER-SUITE come from there with what they need, all others from SUITE.
# Lines on standard error that begin with "stage: " say what is being done.
set -eu
target=$1 mirror=$2 suite=$3 script=$4 packages=$5 newer_suite=${6:-} newer_packages=${7:-}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset TMPDIR # the caller's is not in the tree

stage() { echo "stage: $*" >&2; }
in_target() { chroot "$target" "$@"; }
install() { in_target apt-get install -y --no-install-recommends "$@"; }

stage "base system"
debootstrap --variant=minbase "$suite" "$target" "$mirror" "/usr/share/debootstrap/scripts/$script"

printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d" # no service starts
chmod 755 "$target/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$target/etc/resolv.conf"
mount -t proc proc "$target/proc"
mount --bind /dev "$target/dev"

stage "packages"
# shellcheck disable=SC2086 # words are meant
install $packages
if [ -n "$newer_suite" ]; then
  stage "packages of $newer_suite"
  # A release that is not out yet promises its index for a week only, which a mirror may not keep.
  echo "deb [check-valid-until=no] $mirror $newer_suite main" >"$target/etc/apt/sources.list.d/newer.list"
  printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$newer_suite" >"$target/etc/apt/preferences.d/newer"
  in_target apt-get update
  # shellcheck disable=SC2086
  install --target-release "$newer_suite" $newer_packages
fi

stage "image of busybox"
image=$target/tmp/image
mkdir -p "$image/bin" "$image/etc" "$image/root" "$image/tmp" "$image/var"
cp "$target/bin/busybox" "$image/bin/busybox"
in_target chroot /tmp/image /bin/busybox --install -s /bin
echo 'root:x:0:0:root:/root:/bin/sh' >"$image/etc/passwd"
echo 'root:x:0:' >"$image/etc/group"
mkdir -p "$target/usr/share/fairway-lab"
tar -C "$image" -c . >"$target/usr/share/fairway-lab/busybox.tar"

stage "cleaning"
rm -rf "$image" "$target"/var/lib/apt/lists/* "$target"/var/log/* "$target"/usr/share/doc/* "$target"/usr/share/man/*
in_target apt-get clean
mkdir -p "$target/var/log/openvswitch" "$target/var/log/ovn"
: >"$target/etc/resolv.conf"
# A host makes its own: two hosts must not share an identity.
rm -f "$target/etc/machine-id" "$target/var/lib/dbus/machine-id"
rm -f "$target"/etc/openvswitch/conf.db "$target"/var/lib/openvswitch/conf.db "$target"/var/lib/ovn/*.db
umount "$target/dev" "$target/proc"
