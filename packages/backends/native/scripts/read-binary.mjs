/** Reads what an addon is made for, from its file alone: ELF (Linux), Mach-O (macOS) and PE (Windows), all of 64 bits and little-endian. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Binary
 * @property {string} platform as process.platform says; the file's format where no system has it
 * @property {string} arch as process.arch says
 * @property {Set<string>} exported names that it defines for others
 * @property {string[]} libraries that it needs
 * @property {string[]} versions of symbols that it needs of them, as GLIBC_2.17; of ELF alone
 * @property {boolean} signed whether it has a code signature; of Mach-O alone
 */

/** @param {Buffer} bytes @param {number} at */
const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));

/** @param {Buffer} bytes @param {number} at */
const longAt = (bytes, at) => Number(bytes.readBigUInt64LE(at));

/** @param {Buffer} bytes @returns {Binary} */
function readElf(bytes) {
  const [table, size, count] = [longAt(bytes, 40), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: longAt(bytes, at + 24),
      size: longAt(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    };
  });
  /** @param {number} type @param {(section: (typeof sections)[0], strings: number) => void} read */
  const each = (type, read) => {
    for (const section of sections)
      if (section.type === type) read(section, sections[section.link]?.offset ?? 0);
  };
  /** @type {Set<string>} */
  const exported = new Set();
  each(11, ({ offset, size }, strings) => {
    // dynamic symbols: name, info, other, section (0: not here), value, size
    for (let at = offset; at < offset + size; at += 24)
      if (bytes.readUInt16LE(at + 6) !== 0)
        exported.add(textAt(bytes, strings + bytes.readUInt32LE(at)));
  });
  /** @type {string[]} */
  const libraries = [];
  each(6, ({ offset, size }, strings) => {
    for (let at = offset; at < offset + size; at += 16)
      if (longAt(bytes, at) === 1) libraries.push(textAt(bytes, strings + longAt(bytes, at + 8)));
  });
  /** @type {string[]} */
  const versions = [];
  each(0x6ffffffe, ({ offset, info }, strings) => {
    // one entry a library, each with a list of versions
    for (let i = 0, at = offset; i < info; i++, at += bytes.readUInt32LE(at + 12))
      for (let j = 0, to = at + bytes.readUInt32LE(at + 8); j < bytes.readUInt16LE(at + 2); j++) {
        versions.push(textAt(bytes, strings + bytes.readUInt32LE(to + 8)));
        to += bytes.readUInt32LE(to + 12);
      }
  });
  const machine = bytes.readUInt16LE(18);
  const arch = { 62: 'x64', 183: 'arm64' }[machine] ?? `machine ${machine}`;
  return { platform: 'linux', arch, exported, libraries, versions, signed: false };
}

/** @param {Buffer} bytes @returns {Binary} */
function readMachO(bytes) {
  /** @type {Set<string>} */
  const exported = new Set();
  /** @type {string[]} */
  const libraries = [];
  let signed = false;
  for (let i = 0, at = 32; i < bytes.readUInt32LE(16); i++, at += bytes.readUInt32LE(at + 4)) {
    const command = bytes.readUInt32LE(at);
    if (command === 12) libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
    if (command === 29) signed = true;
    if (command !== 2) continue;
    const [symbols, count] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)];
    const strings = bytes.readUInt32LE(at + 16);
    for (let symbol = symbols; symbol < symbols + 16 * count; symbol += 16)
      // external, and of a section of this file; names begin with an underscore
      if ((bytes.readUInt8(symbol + 4) & 0x0f) === 0x0f)
        exported.add(textAt(bytes, strings + bytes.readUInt32LE(symbol)).slice(1));
  }
  const machine = bytes.readUInt32LE(4);
  const arch = { 16777223: 'x64', 16777228: 'arm64' }[machine] ?? `machine ${machine}`;
  return { platform: 'darwin', arch, exported, libraries, versions: [], signed };
}

/** @param {Buffer} bytes @returns {Binary} */
function readPe(bytes) {
  const header = bytes.readUInt32LE(0x3c) + 4;
  const directories = header + 20 + 112;
  const sections = header + 20 + bytes.readUInt16LE(header + 16);
  /** Where in the file lies what is loaded at an address. @param {number} address */
  const placeOf = (address) => {
    for (let i = 0, at = sections; i < bytes.readUInt16LE(header + 2); i++, at += 40) {
      const within = address - bytes.readUInt32LE(at + 12);
      if (within >= 0 && within < bytes.readUInt32LE(at + 16))
        return bytes.readUInt32LE(at + 20) + within;
    }
    throw new Error(`nothing is loaded at ${address}`);
  };
  /** @type {Set<string>} */
  const exported = new Set();
  const exports = bytes.readUInt32LE(directories);
  if (exports !== 0) {
    const [count, names] = [24, 32].map((field) => bytes.readUInt32LE(placeOf(exports) + field));
    for (let i = 0; i < Number(count); i++)
      exported.add(textAt(bytes, placeOf(bytes.readUInt32LE(placeOf(Number(names)) + 4 * i))));
  }
  /** @type {string[]} */
  const libraries = [];
  const imports = bytes.readUInt32LE(directories + 8);
  for (let at = imports && placeOf(imports); at && bytes.readUInt32LE(at + 12) !== 0; at += 20)
    libraries.push(textAt(bytes, placeOf(bytes.readUInt32LE(at + 12))));
  const machine = bytes.readUInt16LE(header);
  const arch = { 34404: 'x64', 43620: 'arm64' }[machine] ?? `machine ${machine}`;
  return { platform: 'win32', arch, exported, libraries, versions: [], signed: false };
}

/**
 * @param {string} file
 * @returns {Binary}
 * @throws Error where it is none of the three
 */
export function readBinary(file) {
  const bytes = readFileSync(file);
  if (bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46) return readElf(bytes);
  if (bytes.length >= 32 && bytes.readUInt32LE(0) === 0xfeedfacf) return readMachO(bytes);
  if (bytes.length >= 512 && bytes.readUInt16BE(0) === 0x4d5a) return readPe(bytes);
  throw new Error(`${file} is neither an ELF nor a Mach-O nor a PE file`);
}
