/** What follows the scheme in the URL of a store that is a file: `sqlite:./data/ledger.db` → `./data/ledger.db`. */
export function pathOf(url: string): string {
  return url.slice(url.indexOf(':') + 1);
}
