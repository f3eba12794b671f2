import { expect, it } from 'vitest';
import { findGpu, type GpuProbe } from './find-gpu.js';

const driver = ['/usr/lib64/libcuda.so.1', '/usr/lib64/libnvidia-ml.so.1'];
const probe = (
  devices: readonly string[],
  files: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): GpuProbe => ({
  environment,
  exists: (path) => files.includes(path),
  list: () => devices,
});

it('sees a device with its driver, WSL’s too', () => {
  expect(findGpu(probe(['null', 'nvidia0', 'nvidiactl'], driver))).toMatchObject({
    ok: true,
    detail: '/dev/nvidia0',
  });
  const wsl = ['/dev/dxg', '/usr/lib/wsl/lib/libcuda.so.1', '/usr/lib/wsl/lib/libnvidia-ml.so.1'];
  expect(findGpu(probe([], wsl))).toMatchObject({ ok: true });
});

it.each([
  ['no device', probe(['null'], driver), '--gpus all'],
  [
    'a hidden one',
    probe(['nvidia0'], driver, { CUDA_VISIBLE_DEVICES: '-1' }),
    'CUDA_VISIBLE_DEVICES',
  ],
  [
    'no libnvidia-ml, without which none is listed',
    probe(['nvidia0'], driver.slice(0, 1)),
    'libnvidia-ml.so.1',
  ],
  ['no driver', probe(['nvidia0'], []), 'libcuda.so.1'],
])('names the remedy for %s', (_, machine, remedy) => {
  const check = findGpu(machine);
  expect(check.ok).toBe(false);
  expect(check.remedy).toContain(remedy);
});
