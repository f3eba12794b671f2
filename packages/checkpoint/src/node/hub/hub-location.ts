/** A model or a data set on a hub. */
export interface HubLocation {
  readonly kind: 'model' | 'dataset';
  /** `owner/name` */
  readonly repository: string;
  /** Branch, tag, `refs/pr/N`, or commit. */
  readonly revision: string;
}

const namePart = '[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?';
const pattern = new RegExp(`^(${namePart}/${namePart})(?:@(.+))?$`);

/** Reads `owner/name[@revision]`; undefined for anything that no hub would accept as a name. */
export function parseHubLocation(
  location: string,
  kind: HubLocation['kind'] = 'model',
): HubLocation | undefined {
  const [, repository, revision = 'main'] = pattern.exec(location) ?? [];
  // The separators of the cache's folder names may not be part of a name.
  if (repository === undefined || /--|\.\./.test(repository)) return undefined;
  return { kind, repository, revision };
}

/** How people write it: the revision only where it is not the default. */
export function formatHubLocation({
  repository,
  revision,
}: Pick<HubLocation, 'repository' | 'revision'>): string {
  return revision === 'main' ? repository : `${repository}@${revision}`;
}

/** The path of a repository's page under a hub's address: data sets have a part of their own. */
export function hubPage({ kind, repository }: HubLocation): string {
  return kind === 'dataset' ? `datasets/${repository}` : repository;
}

/** How messages call it. */
export function describeHubLocation(location: HubLocation): string {
  const what = location.kind === 'dataset' ? 'data set' : 'model';
  return `${what} ${formatHubLocation(location)}`;
}
