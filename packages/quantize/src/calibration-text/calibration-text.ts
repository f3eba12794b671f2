/** Calibration text as a model reads it. */
export interface CalibrationText {
  /** Token ids of each window. */
  readonly windows: readonly Int32Array[];
  /** SHA-256 of the windows' ids. */
  readonly hash: string;
  /** Tokens of all windows together. */
  readonly tokens: number;
}
