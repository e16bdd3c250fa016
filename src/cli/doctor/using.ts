/** Opens, uses, and closes without waiting for it: a server that says nothing would keep who closes. */
export async function using<Store extends { close(): Promise<void> }, T>(
  open: () => Store | Promise<Store>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await open();
  try {
    return await use(store);
  } finally {
    store.close().catch(() => {});
  }
}
