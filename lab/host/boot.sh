#!/bin/sh
# PID 1 of a lab machine. Runs in fresh mount, network, PID, UTS and IPC namespaces, turns an overlay over a
# Debian tree into the root, and then only holds the namespaces and reaps orphans, or becomes systemd. Killing it
# ends the machine.
#
#   boot.sh NAME TREE DIRECTORY CHECKOUT [CGROUP]
#
# With CGROUP the machine boots systemd, whose services are there in the hierarchy of cgroups' version 2.
#
# DIRECTORY is the machine's own on disk: `upper` and `work` (its changes to the tree), `docker` (Docker's data,
# which cannot lie on an overlay), `root` (mount point), `pid` (written here).
set -eu
name=$1 tree=$2 directory=$3 checkout=$4 cgroup=${5:-}
root=$directory/root

# The old /proc still shows the outer PID namespace. A redirection is opened by this very process, and `exec`
# keeps both numbers, so together they identify the machine for its whole life.
read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ started _ </proc/self/stat
echo "$pid $started" >"$directory/pid"

mount -t overlay -o "lowerdir=$tree,upperdir=$directory/upper,workdir=$directory/work" fairway-lab "$root"
mkdir -p "$root/var/lib/docker" "$root$checkout"
mount --bind "$directory/docker" "$root/var/lib/docker"
mount --bind "$checkout" "$root$checkout"
mount -o remount,bind,ro "$root$checkout"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys" # fresh: shows this network namespace's /sys/class/net
if [ -n "$cgroup" ]; then
  # Which hierarchies the outer machine has does not matter: systemd and Docker see the second version's, and no controllers.
  unified=/sys/fs/cgroup
  [ ! -d $unified/unified ] || unified=$unified/unified
  mkdir -p "$unified$cgroup"
  echo 0 >"$unified$cgroup/cgroup.procs"
  unshare --cgroup mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
fi
mount -t tmpfs -o mode=755 run "$root/run"
mkdir -p "$root/run/lock" "$root/run/openvswitch" "$root/run/ovn"
mkdir -p "$root/var/lib/ovn" # newer packages leave it to a unit (StateDirectory=)

mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/net" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 666 "$root/dev/net/tun" c 10 200
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"

hostname "$name"

# Docker's runc enters containers by pivot_root and `docker exec` by setns: both go wrong below a chroot.
cd "$root"
pivot_root . .
umount -l .
cd /
ip link set lo up

echo ready
exec </dev/null >/dev/null 2>&1
if [ -n "$cgroup" ]; then
  # What is one for the whole kernel is nothing that a machine's boot may set. Each boot has an id of its own.
  for part in kernel fs vm; do mount --bind -o ro /proc/sys/$part /proc/sys/$part; done
  cat /proc/sys/kernel/random/uuid >/run/boot-id
  mount --bind /run/boot-id /proc/sys/kernel/random/boot_id
  mount --make-rshared / # as systemd does where it is not in a container
  # The NIC is there before the services, as on any machine.
  until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do sleep 0.01; done
  exec env --ignore-environment container=fairway-lab unshare --cgroup -- /sbin/init
fi
# `wait` blocks for as long as the machine lives, and reaps every orphan that ends meanwhile.
exec sh -c 'sleep infinity & wait' fairway-lab-machine
