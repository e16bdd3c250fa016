/** What follows the scheme in the URL of a store that is a file: `sqlite:./data/ledger.db` → `./data/ledger.db`. */
export function pathOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}

/** The entry for a URL by its scheme, or by what stands before the `+` in it: `esdb+discover://…` addresses what `esdb:` names. */
export function byScheme<Entry>(entries: Readonly<Record<string, Entry>>, url: string): Entry | undefined {
  const [scheme = ''] = url.split(':');
  return entries[scheme] ?? entries[scheme.split('+')[0] ?? ''];
}
