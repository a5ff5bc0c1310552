import type { Machine } from "./machine.ts";

/** A file system of its own for a directory of a machine. */
export interface SmallDisk {
  /** Where it is mounted, before any daemon starts. */
  path: string;
  mebibytes: number;
}

/** Loop devices that a machine can see; the kernel gives it a free one. */
const loopDevices = 64;

/** Makes the file system at the first boot; what is on it survives a power cut. The kernel lets go of it with the machine. */
export async function mountSmallDisk(machine: Machine, { path, mebibytes }: SmallDisk): Promise<void> {
  await machine.sh(`
    mknod /dev/loop-control c 10 237
    for number in $(seq 0 ${loopDevices - 1}); do mknod /dev/loop$number b 7 $number; done
    image=/var/lib/fairway-lab-disk.img
    if ! test -e $image; then
      truncate --size ${mebibytes}M $image
      mkfs.ext4 -q -m 0 $image
    fi
    mkdir -p ${path}
    mount -o loop $image ${path}`);
}
