// Turns many single calls into few batches, without a timer: what arrives while one batch travels, travels with the next.

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function for one item out of one for many. `send` answers one result per item, in order; when it throws,
 * every item of that batch throws. At most `inFlight` batches of at most `maxItems` travel at a time.
 */
export function coalesce<Item, Result>(
  send: (items: Item[]) => Promise<readonly Result[]>,
  { maxItems, inFlight }: { maxItems: number; inFlight: number },
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let travelling = 0;

  function depart(): void {
    while (travelling < inFlight && waiting.length > 0) {
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      travelling += 1;
      void travel(batch).finally(() => {
        travelling -= 1;
        depart();
      });
    }
  }

  async function travel(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await send(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('a batch was answered with another number of results');
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // Those that arrive in the same turn of the event loop leave together.
      if (waiting.length === 1) setImmediate(depart);
    });
}
