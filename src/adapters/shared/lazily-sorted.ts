/**
 * Yields the items in ascending order, sorting only as far as they are taken (incremental quicksort, Paredes and
 * Navarro 2006): the first costs one pass, each of n costs O(log n) on average. Reorders `items` in place. Taking a
 * few at a time spreads the work of sorting over many calls, where one `sort` would stop the thread.
 */
export function* lazilySorted<Item>(items: Item[]): Generator<Item, void> {
  const sortedFrom = [items.length];
  for (let next = 0; next < items.length; next++) {
    for (let end = sortedFrom.at(-1) as number; end !== next; end = sortedFrom.at(-1) as number) {
      sortedFrom.push(partition(items, next, end));
    }
    sortedFrom.pop();
    yield items[next] as Item;
  }
}

/** Moves what is less than a pivot before it, within [from, end); answers where the pivot then stands. */
function partition<Item>(items: Item[], from: number, end: number): number {
  swap(items, (from + end) >> 1, end - 1);
  const pivot = items[end - 1] as Item;
  let boundary = from;
  for (let index = from; index < end - 1; index++) {
    if ((items[index] as Item) < pivot) swap(items, index, boundary++);
  }
  swap(items, boundary, end - 1);
  return boundary;
}

function swap<Item>(items: Item[], a: number, b: number): void {
  const item = items[a] as Item;
  items[a] = items[b] as Item;
  items[b] = item;
}
