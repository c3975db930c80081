// Thousands of malformed and hostile requests over the three protocols. The bank refuses each in its own words, loses
// nothing, keeps nothing, and goes on.
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { refused } from '#chassis/testing/clients.ts';
import { PROOF } from '#chassis/testing/property.ts';
import type { Rule } from '#gen/bank/rules.ts';
import { rules } from '#gen/bank/rules.ts';
import { post, postGrpc, toldInJson, toldInTrailers } from '../../edge/test-clients.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { BACK_OFFICE, counter, MANAGER, money, TELLER } from './counter.ts';
import { methodNamed, nameOf, PROTOCOLS, pathOf, type RpcName, tokens } from './doors.ts';
import { type Attack, attacks } from './hostile-attacks.ts';
import { makeKeysOfStaff, stateOf, useJourney } from './journey.ts';
import { asCommand, samples } from './samples.ts';

/** A guess at a password counts although it was only tried. */
const KEPT = ['command', 'outbox', 'login_address_hour'];

const CASES = PROOF ? 10_000 : 1_500;
const AT_ONCE = 4;
const LONG = 10_000;
const TOO_LONG_MS = 1_000;
const GROWTH_BYTES = 64 << 20;

/** What comes back: the code and the reason of a refusal, an HTTP status for what is no call at all, or an answer. */
interface End {
  readonly code?: string;
  readonly reason?: string;
  readonly http?: number;
}

/** HTTP says of a request that it is no call: bad syntax, no such method or type, headers too large. */
const NO_CALL = [400, 405, 413, 415, 431, 505];

/** What was valid after all: it is done, or waits for another pair of eyes. */
const DONE = ['answered', 'APPROVAL_REQUIRED'];

/** Not even that: the stream was cut. */
const CUT = 1;

describe('Hostile requests', function hostileRequests() {
  this.timeout(PROOF ? 900_000 : 180_000);
  const journey = useJourney();
  let own: Belongings;
  const ends = new Map<string, number>();

  before(async () => {
    await beginClosing(journey.door('gRPC'));
    const belongings = await makeBelongings(journey.door('gRPC'));
    const { accountId } = belongings;
    // A flipped bit may make an order of a rehearsal: no money moves even then, because the account is frozen.
    const freeze = { accountId, debits: true, credits: true, reason: 'FREEZE_REASON_COURT_ORDER' };
    await journey.door('gRPC').call(MANAGER, 'account.FreezeAccount', { requestId: randomUUID(), ...freeze });
    own = { ...belongings, migratingAccountId: accountId };
  });

  it(`are refused, each in the bank's words, and change nothing (${CASES})`, async () => {
    const seed = Number(process.env['COREBANK_SEED'] ?? randomInt(2 ** 31));
    console.log(`      ${CASES} requests from COREBANK_SEED=${seed}`);
    const token = tokens(journey.bank().edge);
    const targets = Object.entries(samples(own))
      .filter(([rpc]) => methodNamed(rpc as RpcName).methodKind === 'unary')
      .map(([rpc, { request }]) => ({
        rpc: rpc as RpcName,
        request: asCommand(methodNamed(rpc as RpcName).input, request, true),
      }));
    await makeKeysOfStaff(journey.bank());
    const before = await stateOf(journey.bank(), { without: KEPT });
    let done = 0;
    const failures: string[] = [];
    const slow: { index: number; attack: Attack; ms: number }[] = [];
    const carriedOut: string[] = [];

    const sampled = fc.sample(attacks(targets), { seed, numRuns: CASES });
    const cases = sampled.entries();
    const bytes = await liveBytes();
    async function work(): Promise<void> {
      for (const [index, attack] of cases) {
        const { name, ...problem } = await judged(index, attack);
        ends.set(name, (ends.get(name) ?? 0) + 1);
        if (problem.why !== undefined) failures.push(`${index}: ${describeAttack(attack)}: ${problem.why}`);
        if (DONE.includes(name) && isCommand(attack)) carriedOut.push(attack.rpc);
        done += 1;
      }
    }

    async function judged(index: number, attack: Attack): Promise<{ name: string; why?: string }> {
      const authorization = `Bearer ${await token(subjectFor(attack.rpc, own, index))}`;
      const started = performance.now();
      try {
        const end = await sent(attack, { authorization, ...attack.headers });
        const ms = performance.now() - started;
        const name = end.http ? `HTTP ${end.http}` : (end.reason ?? 'answered');
        const why = end.http === CUT && attack.kind === 'headed' ? undefined : wrongWith(end);
        if (ms > TOO_LONG_MS) slow.push({ index, attack, ms });
        return why === undefined ? { name } : { name, why };
      } catch (error) {
        return { name: 'no answer', why: String(error) };
      }
    }

    /** On a busy machine a request may have waited for others: what was slow counts when it is slow by itself too. */
    async function slowAlone({ index, attack }: (typeof slow)[number]): Promise<boolean> {
      const authorization = `Bearer ${await token(subjectFor(attack.rpc, own, index))}`;
      for (let time = 0; time < 3; time += 1) {
        const started = performance.now();
        await sent(attack, { authorization, ...attack.headers });
        if (performance.now() - started < TOO_LONG_MS) return false;
      }
      return true;
    }

    async function sent({ protocol, rpc, body }: Attack, headers: Record<string, string>): Promise<End> {
      const path = pathOf(methodNamed(rpc));
      const { edge } = journey.bank();
      const listening = { ...edge, stop: async () => undefined };
      return within(10 * TOO_LONG_MS, async () => {
        if (protocol === 'gRPC') {
          const { http, status, told } = await postGrpc(listening, path, body, headers);
          if (http !== undefined) return { http };
          // More headers than HTTP/2 is told to take end a stream before it is a call.
          if (status === undefined) return { http: CUT };
          if (status === 0) return {};
          return told ? { code: told.code, reason: told.reason } : { code: `status ${status}`, reason: 'none' };
        }
        const answer = await post(listening, path, body, headers);
        if (NO_CALL.includes(answer.status) && !answer.text.startsWith('{')) return { http: answer.status };
        const type = answer.headers.get('content-type') ?? '';
        if (!type.startsWith('application/grpc-web')) return answer.status === 200 ? {} : toldInJson(answer.text);
        return toldInTrailers(answer.bytes) ?? {};
      });
    }

    await Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const one of slow) {
      if (await slowAlone(one)) failures.push(`${one.index}: ${describeAttack(one.attack)}: took ${one.ms} ms`);
    }
    console.log(
      `      ${[...ends]
        .toSorted((a, b) => b[1] - a[1])
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}`,
    );
    expect(failures.slice(0, 12), `${failures.length} of ${done} requests from COREBANK_SEED=${seed}`).to.deep.equal(
      [],
    );
    expect(done).to.equal(CASES);
    const after = await stateOf(journey.bank(), { without: KEPT });
    for (const table of ['ledger.journal', 'ledger.entry', 'transaction.transaction']) {
      expect(after[table], table).to.equal(before[table]);
    }
    if (carriedOut.length > 0) console.log(`      carried out by accident: ${carriedOut.join(', ')}`);
    else expect(after).to.deep.equal(before);
    const growth = (await liveBytes()) - bytes;
    console.log(`      ${Math.round(growth / 2 ** 20)} MB more in use than before ${sampled.length} requests`);
    expect(growth).to.be.lessThan(GROWTH_BYTES);
  });

  it('with ten thousand mistakes spoil no call beside them', async () => {
    // The errors once were longer than HTTP/2 lets headers be, which ended every call on the connection.
    const wrong = { requestId: 'x', terms: { fees: Array(LONG).fill({}) } };
    for (const protocol of PROTOCOLS) {
      const door = journey.door(protocol);
      const beside = Array.from({ length: 20 }, () => door.call(BACK_OFFICE, 'account.ListProducts', {}));
      const refusal = await refused(door.call(BACK_OFFICE, 'account.CreateProduct', wrong), 'REQUEST_INVALID');
      expect(refusal.violations).to.have.length(20);
      await Promise.all(beside);
      const nuls = { requestId: 'x', customerId: own.customerId, address: { lines: Array(LONG).fill('\0') } };
      await refused(door.call(TELLER, 'customer.UpdateCustomer', nuls), 'REQUEST_INVALID');
    }
  });

  it('do not set the clock to a time that cannot be told', async () => {
    for (const protocol of PROTOCOLS) {
      for (const clockTime of ['9999-12-31T23:59:59.999999999Z', '0001-01-01T00:00:00Z', '9000-01-01T00:00:00Z']) {
        const set = journey.door(protocol).call(BACK_OFFICE, 'ledger.SetClock', { requestId: randomUUID(), clockTime });
        expect((await refused(set, 'REQUEST_INVALID')).violations.map(({ field }) => field)).to.deep.equal([
          'clock_time',
        ]);
      }
    }
  });

  it('leave a bank that does its business', async () => {
    for (const protocol of PROTOCOLS) {
      const at = counter(journey.door(protocol));
      const from = await at.personWithAccount('Eva');
      const to = await at.personWithAccount('Karel');
      await at.deposit(from.accountId, money('10.00'));
      await at.transfer(`customer:${from.customerId}`, from.accountId, to.accountId, money('10.00'));
      expect(await at.booked(to.accountId)).to.equal('10.00');
    }
  });
});

/** Somebody whom the RPC is open to, so that most requests get past the door; now and then it is the customer. */
function subjectFor(rpc: RpcName, { customerId }: Belongings, index: number): string {
  const [, { grants }] = Object.entries(rules).find(([path]) => nameOf(path) === rpc) as [string, Rule];
  const role = grants.find(({ audience }) => audience === 'STAFF')?.roles[0];
  const forCustomers = grants.some(({ audience }) => audience === 'CHANNEL');
  if (role === undefined || (forCustomers && index % 3 === 0)) return `customer:${customerId}`;
  return `staff:${role.toLowerCase().replaceAll('_', '-')}`;
}

/** What is wrong with an end: the bank failed, or its error is not in its own words. */
function wrongWith({ code, reason, http }: End): string | undefined {
  if (http !== undefined) return NO_CALL.includes(http) ? undefined : `HTTP ${http}`;
  if (code === undefined) return undefined;
  if (reason === 'none' || reason === '' || reason === undefined) return `an error that is not the bank's: ${code}`;
  return code === 'INTERNAL' || code === 'UNKNOWN' || code === 'DATA_LOSS' ? `${code} ${reason}` : undefined;
}

/** True for a request that is a command and not a rehearsal of one, as far as it can be read. */
function isCommand({ rpc, protocol, body, headers }: Attack): boolean {
  const { input, idempotency } = methodNamed(rpc);
  if (idempotency === 1) return false;
  try {
    const binary = protocol !== 'Connect JSON' || headers['content-type'] === 'application/proto';
    const bytes = protocol === 'Connect JSON' ? body : body.subarray(5);
    const message = binary
      ? fromBinary(input, bytes)
      : fromJson(input, JSON.parse(new TextDecoder().decode(bytes)) as JsonValue);
    return !(message as { validateOnly?: boolean }).validateOnly;
  } catch {
    return true;
  }
}

function describeAttack({ kind, protocol, rpc, headers, body }: Attack): string {
  return `${kind} ${protocol} ${rpc} ${JSON.stringify(headers).slice(0, 200)} ${Buffer.from(body.subarray(0, 300)).toString('latin1')}`;
}

async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

/** The bytes that are in use when connections have closed and what is not in use has been collected. */
async function liveBytes(): Promise<number> {
  await sleep(300);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
