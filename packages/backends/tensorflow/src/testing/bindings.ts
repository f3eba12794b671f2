import { backend } from '@tensorflow/tfjs-core';
import { openTensorflow } from '../open-tensorflow.js';
import type { Binding, NodeBackend } from '../raw/binding.js';
import { FakeBinding } from './fake-binding.js';

const { available, why } = await openTensorflow();

/** Appended to the name of a suite that needs the real library where it is not there; CI prints it. */
export const skipped: string = available ? '' : ` (skipped: ${why})`;

/** A binding that a contract is held against. */
export interface BindingUnderTest {
  readonly name: string;
  /** Undefined where the suite is skipped. */
  readonly binding: Binding | undefined;
}

/** The fake, always; the real library where somebody set it up. */
export const bindings: readonly BindingUnderTest[] = [
  { name: 'fake binding', binding: new FakeBinding() },
  {
    name: `TensorFlow${skipped}`,
    binding: available ? (backend() as NodeBackend).binding : undefined,
  },
];
