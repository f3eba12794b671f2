import type { ByteSource } from '@thinkbits/spec';

/** A hash that is fed piece by piece. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; called once, at the end. */
  digest(): string;
}

/** A {@link ByteSource} that may hold resources and may bring a faster SHA-256 than the portable one. */
export interface ModelFiles extends ByteSource {
  /** Gives back file handles; reading afterwards is an error. */
  close?(): Promise<void>;
  createSha256?(): IncrementalHash;
}
