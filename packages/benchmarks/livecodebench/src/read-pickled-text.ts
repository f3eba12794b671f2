import { ThinkbitsError } from '@thinkbits/spec';

const proto = 0x80;
const frame = 0x95;
const memoize = 0x94;
const stop = 0x2e;
/** Opcodes of a text in UTF-8, and how many bytes its length takes: SHORT_BINUNICODE, BINUNICODE, BINUNICODE8. */
const texts: { readonly [opcode: number]: 1 | 4 | 8 } = { 140: 1, 88: 4, 141: 8 };

function refuse(why: string, what: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'livecodebench/bad-pickle',
    message: `${what}: ${why}.`,
    help: 'Private tests are one pickled text; a pickle of anything else may run code when it is loaded, and is not.',
  });
}

/**
 * Reads a Python pickle that is one text, and refuses every other: the opcodes PROTO, FRAME, the three BINUNICODE, MEMOIZE and
 * STOP are known, nothing is executed, and nothing may follow (evaluation.md §5.1; CPython's Lib/pickletools.py).
 * @param what names the data in messages
 * @throws ThinkbitsError `livecodebench/bad-pickle`
 */
export function readPickledText(bytes: Uint8Array, what: string): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let text: string | undefined;
  const take = (count: number): number => {
    if (count > bytes.length - at) throw refuse(`the pickle ends within byte ${at + 1}`, what);
    at += count;
    return at - count;
  };
  const length = (width: 1 | 4 | 8): number => {
    const place = take(width);
    if (width === 1) return view.getUint8(place);
    return width === 4 ? view.getUint32(place, true) : Number(view.getBigUint64(place, true));
  };
  if (bytes[take(2)] !== proto) throw refuse('it does not begin like a pickle', what);
  if ((bytes[1] as number) > 5) throw refuse(`the pickle is of protocol ${bytes[1]}`, what);
  for (;;) {
    const opcode = bytes[take(1)] as number;
    const width = texts[opcode];
    if (opcode === frame) {
      if (length(8) > bytes.length - at) throw refuse('a frame is longer than the pickle', what);
    } else if (width !== undefined && text === undefined) {
      const size = length(width);
      const start = take(size);
      try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          bytes.subarray(start, start + size),
        );
      } catch {
        throw refuse('its text is not UTF-8', what);
      }
    } else if (opcode === stop && text !== undefined && at === bytes.length) return text;
    else if (opcode !== memoize || text === undefined) {
      const name = `0x${opcode.toString(16).padStart(2, '0')}`;
      throw refuse(`the pickle has the opcode ${name} at byte ${at}`, what);
    }
  }
}
