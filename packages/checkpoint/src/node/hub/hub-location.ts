/** A model on a hub. */
export interface HubLocation {
  /** `owner/name` */
  readonly repository: string;
  /** Branch, tag, `refs/pr/N`, or commit. */
  readonly revision: string;
}

const namePart = '[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?';
const pattern = new RegExp(`^(${namePart}/${namePart})(?:@(.+))?$`);

/** Reads `owner/name[@revision]`; undefined for anything that no hub would accept as a name. */
export function parseHubLocation(location: string): HubLocation | undefined {
  const [, repository, revision = 'main'] = pattern.exec(location) ?? [];
  // The separators of the cache's folder names may not be part of a name.
  if (repository === undefined || /--|\.\./.test(repository)) return undefined;
  return { repository, revision };
}

/** How people write it: the revision only where it is not the default. */
export function formatHubLocation({ repository, revision }: HubLocation): string {
  return revision === 'main' ? repository : `${repository}@${revision}`;
}
