import type { BlockInfo, LinearInfo, ModelInfo } from '@thinkbits/spec';

/** What is in memory together, finished together and resumed from: a decoder layer, or the output head. */
export interface LayerUnit {
  /** What the names of its tensors begin with, for example `model.layers.0`. */
  readonly name: string;
  /** Linears that read the same activation, in execution order. */
  readonly groups: readonly (readonly LinearInfo[])[];
  /** Absent for the head. */
  readonly block?: BlockInfo;
}

/** The dotted name that all linears of a decoder layer begin with. */
function commonName(linears: readonly LinearInfo[]): string {
  const [first = [], ...rest] = linears.map(({ name }) => name.split('.'));
  const shared = first.findIndex((segment, index) =>
    rest.some((segments) => segments[index] !== segment),
  );
  return first.slice(0, shared).join('.');
}

/** The units of a model in execution order, the head last. */
export function layerUnits(model: ModelInfo): LayerUnit[] {
  return [
    ...model.blocks.map((block) => ({
      name: commonName(block.stages.flat()),
      groups: block.stages,
      block,
    })),
    { name: model.head.name, groups: [[model.head]] },
  ];
}
