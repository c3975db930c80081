// What the edge tells security of its own accord, in batches whose items have keys.
const TRIES = 2;

/** Asks, and once more when it fails: each item has its key, so that it is done once. */
export async function once<T>(ask: () => Promise<T>, left: number = TRIES): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (left <= 1) throw error;
    return once(ask, left - 1);
  }
}
