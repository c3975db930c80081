import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { deviceHash } from '../devices.ts';
import { judge, type Known } from '../domain/scoring.ts';
import { type Judging, judgingBy } from '../domain/scoring-policy.ts';
import { localHour, policyInForce } from '../scoring.ts';
import { type KnownRow, selectKnown } from '../scoring-tables.ts';

/** Says how much orders look like fraud; what is known of all of them is read by one query. */
export function scoreOrders(context: Context): Rpcs<typeof SecurityService>['scoreOrders'] {
  let read: { readonly version: number; readonly by: Judging } | undefined;

  /** The policy in force, which seldom changes: it is read anew when the version that the orders’ rows tell is another. */
  async function inForce(newest: number) {
    if (read?.version === newest) return read;
    const { policy, version } = await policyInForce(context.database);
    read = { version, by: judgingBy(policy) };
    return read;
  }

  return async ({ orders }) => {
    const now = context.now();
    const asked = orders.map(({ actor, debtorAccountId, creditorAccountId, userAgent, amount }) => ({
      customerId: actor?.partyId ?? '',
      debtorAccountId,
      creditorAccountId,
      device: deviceHash(context, userAgent),
      amount: fromPositiveMoney(amount ?? { currencyCode: '', amount: '' }),
    }));
    const known = await context.database.query(selectKnown(asked, now));
    const { version: policyVersion, by } = await inForce(known[0]?.policyVersion ?? 0);
    const [time, hour] = [now.getTime(), localHour(context, now.getTime())];
    return {
      scores: asked.map(({ amount: { currency, minor }, device }, index) => {
        const order = { currency, amount: minor, time, localHour: hour };
        const { reasons, ...judged } = judge(order, knownOf(known[index], device !== null), by);
        return { ...judged, reasons: [...reasons], policyVersion };
      }),
    };
  };
}

function knownOf(row: KnownRow | undefined, isDeviceTold: boolean): Known {
  return {
    transfers: BigInt(row?.transfers ?? 0),
    total: BigInt(row?.total ?? 0),
    nightTransfers: BigInt(row?.nightTransfers ?? 0),
    lastTime: row?.lastMs ?? undefined,
    hourTransfers: BigInt(row?.hourTransfers ?? 0),
    dayTotal: BigInt(row?.dayTotal ?? 0),
    isPayeeKnown: row?.isPayeeKnown ?? false,
    deviceTime: row?.deviceMs ?? undefined,
    firstDeviceTime: row?.firstDeviceMs ?? undefined,
    isDeviceTold,
  };
}
