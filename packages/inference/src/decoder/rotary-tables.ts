import { type RotaryTable, rotaryTable } from '@thinkbits/ops';
import type { RotaryConfig } from '../config/rotary-config.js';
import { type RotaryFrequencies, rotaryFrequencies } from '../config/rotary-frequencies.js';

/** Sines and cosines of a model's positions; grows with the longest row seen, so that 131 072 of them are not paid up front. */
export class RotaryTables {
  private readonly frequencies: RotaryFrequencies;
  private table: RotaryTable;
  private positions = 0;

  constructor(config: RotaryConfig) {
    this.frequencies = rotaryFrequencies(config);
    this.table = rotaryTable(this.frequencies.inverse, 0, 1);
  }

  /** A table that reaches at least this many positions. */
  upTo(positions: number): RotaryTable {
    if (positions > this.positions) {
      const { inverse, attentionFactor } = this.frequencies;
      this.positions = Math.max(256, 2 ** Math.ceil(Math.log2(positions)));
      this.table = rotaryTable(inverse, this.positions, attentionFactor);
    }
    return this.table;
  }
}
