import { findBackendFactory } from '@tensorflow/tfjs-core';
import { ThinkbitsError } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { cachePlace } from './cache-place.js';
import { findGpu } from './install/find-gpu.js';
import { prepareProcess } from './install/prepare-process.js';
import { openTensorflow } from './open-tensorflow.js';
import { weightForm } from './weight-form.js';

it('holds weights packed on a GPU and expanded on a CPU, unless told otherwise', () => {
  expect(weightForm(true, undefined, {})).toBe('packed');
  expect(weightForm(false, undefined, {})).toBe('expanded');
  const packed = { THINKBITS_TENSORFLOW_WEIGHTS: 'packed' };
  expect(weightForm(false, undefined, packed)).toBe('packed');
  expect(weightForm(false, 'expanded', packed)).toBe('expanded');
  const wrong = () => weightForm(true, undefined, { THINKBITS_TENSORFLOW_WEIGHTS: 'dense' });
  expect(wrong).toThrow(ThinkbitsError);
  expect(wrong).toThrow('"dense"');
});

it('keeps the cache on a GPU, and on a CPU in host memory, unless told otherwise', () => {
  expect(cachePlace(true, undefined, {})).toBe('device');
  expect(cachePlace(false, undefined, {})).toBe('host');
  const device = { THINKBITS_TENSORFLOW_CACHE: 'device' };
  expect(cachePlace(false, undefined, device)).toBe('device');
  expect(cachePlace(true, 'host', device)).toBe('host');
  const wrong = () => cachePlace(true, undefined, { THINKBITS_TENSORFLOW_CACHE: 'gpu' });
  expect(wrong).toThrow(ThinkbitsError);
  expect(wrong).toThrow('"gpu"');
});

it('readies a process without overruling its user', async () => {
  const environment: NodeJS.ProcessEnv = { TF_CPP_MIN_LOG_LEVEL: '0' };
  prepareProcess(environment);
  expect(environment).toEqual({
    TF_CPP_MIN_LOG_LEVEL: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_CACHE_MAXSIZE: '4294967296',
  });
  const { default: util } = await import('node:util');
  const { isNullOrUndefined } = util as unknown as { isNullOrUndefined(value: unknown): boolean };
  expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
});

it.skipIf(findGpu().ok)(
  'loads nothing where a GPU alone will do, and none can be seen',
  async () => {
    const { available, why, install, checks } = await openTensorflow({ device: 'gpu' });
    expect(available).toBe(false);
    expect(findBackendFactory('tensorflow')).toBeFalsy();
    expect(checks).toMatchObject([{ what: 'gpu', ok: false, detail: why, remedy: install }]);
  },
);
