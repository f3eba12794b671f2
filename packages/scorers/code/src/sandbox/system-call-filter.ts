import { arch } from 'node:os';

/** System calls that are refused, with their numbers (asm/unistd.h). */
const refused: { readonly [name: string]: readonly [x64: number, arm64: number] } = {
  // Memory that no limit of a process counts.
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  // Namespaces and mounts.
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  // Parts of the kernel that faults were often found in.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  // The kernel itself.
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
};

/** What differs between the architectures that filters are made for. */
interface Architecture {
  /** Its place in {@link refused}. */
  readonly column: 0 | 1;
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  /** Calls that start a process and nothing else. */
  readonly fork: readonly number[];
  readonly clone: number;
}

const architectures: { readonly [name: string]: Architecture } = {
  x64: { column: 0, audit: 0xc000003e, fork: [57, 58], clone: 56 },
  arm64: { column: 1, audit: 0xc00000b7, fork: [], clone: 220 },
};
const clone3 = 435;

// Opcodes of linux/filter.h, and what seccomp returns (linux/seccomp.h).
const [load, jumpIfEqual, jumpIfAtLeast, jumpIfSet, answer] = [0x20, 0x15, 0x35, 0x45, 0x06];
const allow = 0x7fff0000;
const kill = 0x80000000;
const errno = (number: number) => 0x00050000 | number;
const [permissionDenied, notImplemented] = [1, 38];
const threadFlag = 0x00010000;

type Instruction = readonly [code: number, onTrue: number, onFalse: number, value: number];

/**
 * A filter of system calls for bubblewrap's `--seccomp`: a list of `struct sock_filter`, which refuses what no program of a
 * contest needs. The second wall behind the namespaces, and the one that keeps a program from starting others (threads may be
 * started), so that limits of one process are limits of all.
 * @param processes whether other processes may be started
 * @returns undefined on architectures whose numbers are not listed here
 * @see https://docs.kernel.org/userspace-api/seccomp_filter.html
 */
export function systemCallFilter(
  processes: boolean,
  architecture: string = arch(),
): Uint8Array | undefined {
  const known = architectures[architecture];
  if (!known) return undefined;
  const refuse = (number: number, error: number): Instruction[] => [
    [jumpIfEqual, 0, 1, number],
    [answer, 0, 0, errno(error)],
  ];
  const program: Instruction[] = [
    [load, 0, 0, 4], // the architecture: the numbers of another one mean other calls
    [jumpIfEqual, 1, 0, known.audit],
    [answer, 0, 0, kill],
    [load, 0, 0, 0], // the number of the call
    [jumpIfAtLeast, 0, 1, 0x40000000], // x32: the same calls under other numbers
    [answer, 0, 0, errno(permissionDenied)],
    ...Object.values(refused).flatMap((numbers) => refuse(numbers[known.column], permissionDenied)),
    // Its flags are in memory, where a filter cannot look; the C library then takes clone.
    ...refuse(clone3, notImplemented),
    ...(processes ? [] : known.fork.flatMap((number) => refuse(number, permissionDenied))),
    ...(processes ? [] : onlyThreads(known.clone)),
    [answer, 0, 0, allow],
  ];
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, onTrue, onFalse, value], index) => {
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, onTrue);
    bytes.setUint8(index * 8 + 3, onFalse);
    bytes.setUint32(index * 8 + 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** `clone` is let through where it starts a thread: its first argument are the flags. */
function onlyThreads(clone: number): Instruction[] {
  return [
    [jumpIfEqual, 0, 3, clone],
    [load, 0, 0, 16],
    [jumpIfSet, 1, 0, threadFlag],
    [answer, 0, 0, errno(permissionDenied)],
  ];
}
