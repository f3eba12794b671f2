import type { Edit, KvParameters, LayerReport, LinearScheme, Recipe } from '@thinkbits/spec';

/** The file in which a quantized checkpoint says how it was made and how it is to be run. */
export const manifestFile = 'thinkbits.json';

/** The version that this package writes, and the highest that it reads. */
export const manifestVersion = 1;

/** An edit that acts during inference. */
export type OnlineEdit = Extract<Edit, { readonly op: 'online' }>;

/**
 * thinkbits.json: what the codes of a quantized checkpoint mean and where they come from.
 *
 * It is a function of the model and the recipe; whatever differs between two equal runs (times, paths,
 * hosts) is elsewhere.
 */
export interface ThinkbitsManifest {
  readonly schemaVersion: typeof manifestVersion;
  /** Versions of the packages that took part, by name. */
  readonly packages: { readonly [name: string]: string };
  /** The recipe as it was run. */
  readonly recipe: Recipe;
  /** The model that was quantized: a name without machine paths, and its {@link Checkpoint.hash}. */
  readonly source: { readonly label: string; readonly hash: string };
  /** The calibration tokens that were seen; absent where no stage needed any. */
  readonly calibration?: {
    /** SHA-256 of the windows' ids. */
    readonly hash: string;
    readonly windows: number;
    readonly tokens: number;
  };
  /**
   * The scheme of every linear that is quantized in any way, by full name; a linear that is absent is
   * float.
   */
  readonly linears: { readonly [name: string]: LinearScheme };
  /** In execution order. */
  readonly reports: readonly LayerReport[];
  /** Maps that act on activations during inference; empty when everything was folded into weights. */
  readonly online: readonly OnlineEdit[];
  /** How each decoder layer stores keys and values, by its index; absent when the cache is float. */
  readonly kv?: readonly KvParameters[];
}
