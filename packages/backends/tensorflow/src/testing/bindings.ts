import { backend } from '@tensorflow/tfjs-core';
import { openTensorflow } from '../open-tensorflow.js';
import type { Binding, NodeBackend } from '../raw/binding.js';
import { FakeBinding } from './fake-binding.js';

/** A binding that a contract is held against, or why it is not there. */
export interface BindingUnderTest {
  readonly name: 'fake' | 'TensorFlow';
  open(): Promise<Binding | { readonly skipped: string }>;
}

/** The fake, always; the real library where somebody set it up. */
export const bindings: readonly BindingUnderTest[] = [
  { name: 'fake', open: async () => new FakeBinding() },
  {
    name: 'TensorFlow',
    open: async () => {
      const { available, why } = await openTensorflow();
      return available ? (backend() as NodeBackend).binding : { skipped: `skipped: ${why}` };
    },
  },
];
