// Requests that every check of form lets through. First rehearsed: nothing may change. Then for real: the bank may do what
// is asked, or refuse it with a reason; it never fails, and the laws of its ledger hold.
import { randomInt } from 'node:crypto';
import { type DescMethod, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { type Rule, rules } from '#gen/bank/rules.ts';
import { services } from '../services.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { money } from './counter.ts';
import { methodNamed, nameOf, PROTOCOLS, type RpcName } from './doors.ts';
import { changesOf, makeKeysOfStaff, stateOf, useJourney } from './journey.ts';
import { asCommand, sampleOf } from './samples.ts';
import { type Known, validRequests } from './valid-values.ts';

/** Of each RPC, half of them rehearsed and half for real. */
const COUNT = PROOF ? 2_000 : 24;
const AT_ONCE = 16;
/** Below these a generator that makes nothing valid would pass for one. */
const LEAST = COUNT / 4;

/** What sets time itself is rehearsed only: a bank in the year 9999 has expired every token and hold. */
const REHEARSED_ONLY: readonly RpcName[] = ['ledger.SetClock'];

/**
 * Keys of commands are kept, with the audit of who rehearsed what; what is known when, and from where logins were refused, too: a guess counts
 * although it was only tried. Ledger accounts are looked at apart.
 */
const UNTOUCHED_BY_PROMISE = ['command', 'outbox', 'known_clock', 'ledger_account', 'login_address_hour'];

const FAILURES = ['INTERNAL', 'UNKNOWN', 'DATA_LOSS'];

/** An RPC under attack. */
interface Target {
  readonly rpc: RpcName;
  readonly method: DescMethod;
  readonly requests: readonly JsonObject[];
  /** Sends one request; rejects with what the bank says. */
  readonly send: (request: JsonObject, turn: number) => Promise<unknown>;
}

describe('Requests of good form and bad intent', function badIntent() {
  this.timeout(PROOF ? 3_600_000 : 900_000);
  const journey = useJourney();
  const seed = Number(process.env['COREBANK_SEED'] ?? randomInt(2 ** 31));
  const targets: Target[] = [];

  before(async () => {
    await beginClosing(journey.door('gRPC'));
    const own = await makeBelongings(journey.door('gRPC'));
    const other = await makeBelongings(journey.door('gRPC'));
    console.log(`      ${COUNT} requests an RPC from COREBANK_SEED=${seed}`);
    for (const [path, rule] of Object.entries<Rule>(rules))
      targets.push(targetOf(path, rule, own, knownOf(own, other)));
  });

  it('can be written for every RPC that takes any', () => {
    const unary = targets.filter(({ method }) => method.methodKind !== 'bidi_streaming');
    const few = unary
      .filter(({ requests }) => requests.length < LEAST)
      .map(({ rpc, requests }) => [rpc, requests.length]);
    expect(few).to.deep.equal([]);
  });

  it('change nothing when they are rehearsed, and are never met with a failure', async () => {
    await makeKeysOfStaff(journey.bank());
    const before = await stateOf(journey.bank(), { without: UNTOUCHED_BY_PROMISE });
    const known = await ledgerAccounts();
    for (const target of targets) {
      if (isRehearsable(target)) expect((await failuresOf(target, { rehearsed: true })).join('\n')).to.equal('');
    }
    const now = await stateOf(journey.bank(), { without: UNTOUCHED_BY_PROMISE });
    expect(changesOf(before, now)).to.deep.equal([]);
    // Accounts of the bank's own are opened when their currency is first named, and nothing is booked on them.
    const after = await ledgerAccounts();
    expect(after.filter(({ version }) => version !== '0')).to.deep.equal(
      known.filter(({ version }) => version !== '0'),
    );
    expect(after.filter(({ account }) => account !== null)).to.deep.equal(
      known.filter(({ account }) => account !== null),
    );
  });

  it('are done, or refused with a reason, when they are meant', async () => {
    for (const target of targets) {
      if (REHEARSED_ONLY.includes(target.rpc)) continue;
      expect((await failuresOf(target, { rehearsed: false })).join('\n')).to.equal('');
    }
  });

  function ledgerAccounts() {
    return journey
      .bank()
      .database('ledger')
      .query<{ account: string | null; version: string }>(
        'select version::text as version, account_id as account, t::text as row from ledger_account t order by id',
      );
  }

  /** What went wrong: of each failure the request and the error. */
  async function failuresOf(target: Target, { rehearsed }: { rehearsed: boolean }): Promise<string[]> {
    const { rpc, method, requests, send } = target;
    const half = isRehearsable(target) ? Math.floor(requests.length / 2) : 0;
    const queue = (rehearsed ? requests.slice(0, half) : requests.slice(half)).entries();
    const failures: string[] = [];
    async function work(): Promise<void> {
      for (const [turn, request] of queue) {
        const command = asCommand(method.input, request, rehearsed);
        try {
          await send(command, turn);
        } catch (error) {
          const wrong = error instanceof Refusal ? FAILURES.includes(error.reason) : true;
          if (wrong) failures.push(`${rpc} ${JSON.stringify(command).slice(0, 2_000)}: ${String(error)}`);
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failures;
  }

  /** What the edge publishes is sent to it, by turns over each protocol and for each of those who may; the rest to the service. */
  function targetOf(path: string, rule: Rule, own: Belongings, known: Known): Target {
    const rpc = nameOf(path);
    if (rule.edge) {
      const method = methodNamed(rpc);
      const subjects = subjectsOf(rule, own);
      return {
        rpc,
        method,
        requests: validRequests(method.input, sampleOf(rpc, own).request, known, { seed, count: COUNT }),
        send: (request, turn) => {
          const door = journey.door(PROTOCOLS[turn % PROTOCOLS.length] ?? 'gRPC');
          return door.call(subjects[turn % subjects.length] ?? '', rpc, request);
        },
      };
    }
    const service = services.find(({ service: { typeName } }) => path.startsWith(`${typeName}/`))?.service;
    const method = service?.methods.find(({ name }) => path.endsWith(`/${name}`));
    if (!service || !method) throw new Error(`there is no ${path}`);
    // Of a stream that both sides write, what is written on it is asked one by one by its unary sister.
    const requests =
      method.methodKind === 'unary'
        ? validRequests(method.input, workloadSamples(own)[rpc], known, { seed, count: COUNT })
        : [];
    const client = journey.bank().as(service, rule.callers[0] ?? 'edge') as Readonly<Record<string, unknown>>;
    return {
      rpc,
      method,
      requests,
      send: (request) =>
        (client[method.localName] as (message: object) => Promise<unknown>)(fromJson(method.input, request)),
    };
  }
});

function isRehearsable({ method }: Target): boolean {
  return method.input.fields.some(({ name }) => name === 'validate_only');
}

/** Valid requests of what the edge does not publish, where one made from nothing is never valid. */
function workloadSamples({
  accountId,
  creditorAccountId,
  customerId,
}: Belongings): Readonly<Partial<Record<RpcName, JsonObject>>> {
  const from = accountId.replace('acc_', 'lac_');
  const to = creditorAccountId.replace('acc_', 'lac_');
  const amount = money('1.00');
  const [kind, holdId, journalId] = ['JOURNAL_KIND_TRANSFER', 'hld_hostile', 'jnl_hostile'];
  const legs = [
    { ledgerAccountId: from, side: 'SIDE_DEBIT', amount },
    { ledgerAccountId: to, side: 'SIDE_CREDIT', amount },
  ];
  const hold = {
    holdId,
    kind,
    debitLedgerAccountId: from,
    creditLedgerAccountId: to,
    amount,
    expireTime: '2099-01-01T00:00:00Z',
  };
  const proofDigest = Buffer.alloc(32).toString('base64');
  return {
    'security.SpendProofs': { uses: [{ proofDigest, useKey: 'hostile' }] },
    'ledger.OpenLedgerAccount': {
      ledgerAccountId: 'lac_hostile',
      currencyCode: 'CZK',
      normalSide: 'SIDE_DEBIT',
      generalLedgerCode: '1000',
    },
    'ledger.PostJournals': { journals: [{ journalId, kind, legs }] },
    'ledger.ReverseJournal': { journalId },
    'ledger.PlaceHolds': { holds: [hold] },
    'ledger.CaptureHold': { holdId },
    'transaction.BatchTransferFunds': {
      transfers: [
        {
          requestId: 'hostile',
          actor: { audience: 'AUDIENCE_CHANNEL', partyId: customerId },
          debtorIban: 'CZ6508000000192000145399',
          creditorIban: 'CZ6508000000192000145399',
          amount,
        },
      ],
    },
    'security.IssuePartnerToken': { issuer: 'https://bank.example', form: 'grant_type=client_credentials' },
    'security.GetAuthorizationServer': { issuer: 'https://bank.example' },
  };
}

function subjectsOf({ grants }: Rule, { customerId }: Belongings): string[] {
  return grants.flatMap(({ audience, roles }) => {
    if (audience === 'STAFF') return roles.map((role) => `staff:${role.toLowerCase().replaceAll('_', '-')}`);
    return audience === 'CHANNEL' ? [`customer:${customerId}`] : [];
  });
}

function knownOf(...all: readonly Belongings[]): Known {
  const texts = all.flatMap((belongings) => Object.values(belongings) as string[]);
  const ids = texts.filter((text) => /^[a-z]+_/.test(text));
  return {
    ids: ids.flatMap((id) => [id, id.replace('acc_', 'lac_').replace('txn_', 'jnl_')]),
    dates: texts.filter((text) => /^\d{4}-\d\d-\d\d$/.test(text)),
  };
}
