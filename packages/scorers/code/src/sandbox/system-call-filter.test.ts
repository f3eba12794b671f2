import { expect, it } from 'vitest';
import { systemCallFilter } from './system-call-filter.js';

const [allow, refuse, unknown, kill] = [0x7fff0000, 0x00050001, 0x00050026, 0x80000000];
const x64 = 0xc000003e;
const arm64 = 0xc00000b7;

/** Runs a filter as the kernel does, for the few instructions that it has (linux/filter.h). */
function answer(filter: Uint8Array, audit: number, call: number, first = 0): number {
  const code = new DataView(filter.buffer);
  const data: { readonly [offset: number]: number } = { 0: call, 4: audit, 16: first };
  let loaded = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const value = code.getUint32(at + 4, true);
    const opcode = code.getUint16(at, true);
    if (opcode === 0x06) return value;
    if (opcode === 0x20) loaded = data[value] as number;
    else {
      const holds = { 21: loaded === value, 53: loaded >= value, 69: (loaded & value) !== 0 }[
        opcode
      ];
      at += 8 * code.getUint8(at + (holds ? 2 : 3));
    }
  }
  throw new Error('The filter has no end.');
}

it.each([
  ['x64', x64, { read: 0, mount: 165, memfd: 319, clone: 56, clone3: 435, fork: 57 }],
  ['arm64', arm64, { read: 63, mount: 40, memfd: 279, clone: 220, clone3: 435 }],
] as const)('on %s lets threads through, not processes, mounts or anonymous files', (...row) => {
  const [name, audit, calls] = row;
  const filter = systemCallFilter(false, name) as Uint8Array;
  const ask = (call: number, first = 0) => answer(filter, audit, call, first);
  expect(ask(calls.read)).toBe(allow);
  expect(ask(calls.mount)).toBe(refuse);
  expect(ask(calls.memfd)).toBe(refuse);
  expect(ask(calls.clone, 17)).toBe(refuse); // SIGCHLD: a process
  expect(ask(calls.clone, 0x003d0f00)).toBe(allow); // what pthread_create asks for
  expect(ask(calls.clone3)).toBe(unknown);
  if ('fork' in calls) expect(ask(calls.fork)).toBe(refuse);
});

it('kills what speaks for another architecture, and refuses the other numbers of x32', () => {
  const filter = systemCallFilter(false, 'x64') as Uint8Array;
  expect(answer(filter, arm64, 0)).toBe(kill);
  expect(answer(filter, x64, 0x40000000)).toBe(refuse);
});

it('lets processes through where they are allowed, and nothing else more', () => {
  const filter = systemCallFilter(true, 'x64') as Uint8Array;
  expect(answer(filter, x64, 56, 17)).toBe(allow);
  expect(answer(filter, x64, 57)).toBe(allow);
  expect(answer(filter, x64, 165)).toBe(refuse);
});

it('is not made for a processor whose numbers are unknown', () => {
  expect(systemCallFilter(false, 'riscv64')).toBeUndefined();
});
