// The items of a batch RPC that are commands of their own, each with a key and an outcome of its own.
import type { Refusal as RefusalMessage } from '#gen/bank/type/v1/error_pb.ts';
import type { CommandRequest } from './command.ts';
import { Refusal } from './errors.ts';
import { refusalMessage } from './grpc.ts';

/**
 * Runs each item as a call of its own would run it, all at the same time, so that they share the batches of the write
 * path; with `validateOnly`, none of them for good. Answers in their order what each was answered, or the refusal that it
 * got. What is no refusal fails the call, which may be made again.
 */
export function outcomesOf<Item extends CommandRequest, Answer>(
  items: readonly Item[],
  { validateOnly }: { validateOnly: boolean },
  run: (item: Item) => Promise<Answer>,
): Promise<(Answer | { refusal: RefusalMessage })[]> {
  async function outcomeOf(item: Item) {
    try {
      return await run(validateOnly ? { ...item, validateOnly } : item);
    } catch (error) {
      if (error instanceof Refusal) return { refusal: refusalMessage(error) };
      throw error;
    }
  }
  // Those of one key go one after the other: the first decides what the key stands for.
  const last = new Map<string, Promise<unknown>>();
  return Promise.all(
    items.map((item) => {
      const outcome = Promise.resolve(last.get(item.requestId)).then(() => outcomeOf(item));
      last.set(item.requestId, outcome);
      return outcome;
    }),
  );
}
