import koffi from "koffi";

/**
 * The few system calls that Node has no API for. Those that may wait for the kernel's network lock (rtnl) run on a
 * worker thread. Their errno stays on that thread: what needs it asks the kernel in another way.
 */
const libc = koffi.load(null);

type Call = ReturnType<typeof libc.func>;

/** The call on a worker thread; the event loop goes on meanwhile. */
function onWorker<Arguments extends unknown[]>(call: Call): (...args: Arguments) => Promise<number> {
  return (...args) =>
    new Promise((resolve, reject) => {
      call.async(...args, (error: Error | null, result: number) => (error ? reject(error) : resolve(result)));
    });
}

koffi.struct("ethtool_value", { command: "uint32_t", data: "uint32_t" });
koffi.struct("ifreq", { name: "char [16]", data: "ethtool_value *", reserved: "char [16]" });

/** The part of `struct ifreq` that ethtool's requests use (netdevice(7)). */
export interface EthtoolRequest {
  readonly name: string;
  readonly data: { readonly command: number; readonly data: number };
  readonly reserved: "";
}

export const socket: (domain: number, type: number, protocol: number) => number =
  libc.func("int socket(int, int, int)");

export const setsockopt: (
  fd: number,
  level: number,
  option: number,
  value: Buffer,
  length: number,
) => number = libc.func("int setsockopt(int, int, int, const void *, uint32_t)");

export const bind: (fd: number, address: Buffer, length: number) => number = libc.func(
  "int bind(int, const void *, uint32_t)",
);

export const connect: (fd: number, address: Buffer, length: number) => number = libc.func(
  "int connect(int, const void *, uint32_t)",
);

/** Moves the calling thread alone, which is the event loop's (setns(2)). */
export const setns: (fd: number, kind: number) => number = libc.func("int setns(int, int)");

export const close: (fd: number) => number = libc.func("int close(int)");

export const send = onWorker<[fd: number, data: Buffer, length: number, flags: number]>(
  libc.func("intptr_t send(int, const void *, size_t, int)"),
);

const receiveCall = libc.func("intptr_t recv(int, void *, size_t, int)");
export const receive = onWorker<[fd: number, data: Buffer, length: number, flags: number]>(receiveCall);
/** Only where the answer is there already. */
export const receiveHere: (fd: number, data: Buffer, length: number, flags: number) => number = receiveCall;

const ioctlCall = libc.func("int ioctl(int, ulong, const ifreq *)");
export const ioctl = onWorker<[fd: number, request: number, argument: EthtoolRequest]>(ioctlCall);
export const ioctlHere: (fd: number, request: number, argument: EthtoolRequest) => number = ioctlCall;

export const ioctlOnBytes: (fd: number, request: number, argument: Buffer) => number = libc.func(
  "ioctl",
  "int",
  ["int", "ulong", "void *"],
);

/** ethtool's requests that answer with a number. Undefined where the kernel refuses. */
export function readEthtoolValue(
  fd: number,
  request: number,
  link: string,
  command: number,
): number | undefined {
  const value = Buffer.alloc(8);
  value.writeUInt32LE(command, 0);
  const interfaceRequest = Buffer.alloc(40);
  interfaceRequest.write(link, 0, 15, "ascii");
  interfaceRequest.writeBigUInt64LE(koffi.address(value), 16);
  return ioctlOnBytes(fd, request, interfaceRequest) === 0 ? value.readUInt32LE(4) : undefined;
}

/** The last error of a call that did not run on a worker thread. */
export function lastError(): string {
  const errno = koffi.errno();
  return Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}
