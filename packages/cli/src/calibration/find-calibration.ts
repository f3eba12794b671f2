import { fileURLToPath } from 'node:url';
import type { FindCalibration } from '@thinkbits/quantize';

/** Calibration text that comes with the command, by name. */
export const shippedCalibration: { readonly [name: string]: () => Promise<URL> } = {
  'chain-traces': async () => (await import('@thinkbits/benchmark-chain')).calibrationTraces,
};

/** Finds calibration text by the names of what is shipped, and by paths from where the user stands. */
export function findCalibration(directory: string): FindCalibration {
  return async (source, options) => {
    const { readCalibrationFile, readCalibrationSource } = await import('@thinkbits/quantize');
    const shipped = Object.hasOwn(shippedCalibration, source)
      ? shippedCalibration[source]
      : undefined;
    if (!shipped) return readCalibrationSource(source, { ...options, directory });
    return { entries: await readCalibrationFile(fileURLToPath(await shipped())) };
  };
}
