#!/bin/sh
# The inner half of lab/in-tree, in a mount namespace of its own: in-tree.sh TREE CHECKOUT COMMAND [ARGUMENT…]
set -eu
tree=$1 checkout=$2 directory=$PWD
shift 2

# Mounted in this namespace only: everybody shares the mount point, nobody sees the others' mounts.
scratch=$(dirname "$tree")/scratch
mkdir -p "$scratch"
mount -t tmpfs -o mode=755 scratch "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
root=$scratch/root
mount -t overlay -o "lowerdir=$tree,upperdir=$scratch/upper,workdir=$scratch/work" fairway-lab "$root"
for path in /proc /sys /dev /tmp "$checkout"; do
  mkdir -p "$root$path"
  mount --rbind "$path" "$root$path"
done
mkdir -p "$root/run/openvswitch" "$root/run/ovn"
[ -d "$root$directory" ] || directory=/
exec chroot "$root" env --chdir="$directory" "$@"
