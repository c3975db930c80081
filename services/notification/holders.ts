// Who holds accounts, as the account service tells it. An account keeps its holders, so what was told a minute ago still holds;
// an account that is busy is asked about once a minute.
import type { Client } from '#chassis/call.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';

/** Tells who holds accounts, owners and disponents; of an account that does not exist, nobody. */
export type HoldersOf = (accountIds: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

const FRESH_MS = 60_000;
const KEPT_MAX = 20_000;
const ASKED_MAX = 1_000;

/** Asks the account service, and remembers. */
export function holdersOf(client: Pick<Client<typeof AccountService>, 'getAccountHolders'>): HoldersOf {
  const kept = new Map<string, { readonly customerIds: readonly string[]; readonly until: number }>();

  async function ask(accountIds: readonly string[]): Promise<void> {
    const { accounts } = await client.getAccountHolders({ accountIds: [...accountIds] });
    const until = performance.now() + FRESH_MS;
    for (const accountId of accountIds) kept.set(accountId, { customerIds: [], until });
    for (const { accountId, customerIds } of accounts) kept.set(accountId, { customerIds, until });
  }

  return async (accountIds) => {
    const wanted = [...new Set(accountIds)].filter((id) => id !== '');
    if (kept.size > KEPT_MAX) kept.clear();
    const now = performance.now();
    const missing = wanted.filter((id) => (kept.get(id)?.until ?? 0) <= now);
    for (let at = 0; at < missing.length; at += ASKED_MAX) await ask(missing.slice(at, at + ASKED_MAX));
    return new Map(wanted.map((id) => [id, kept.get(id)?.customerIds ?? []]));
  };
}
