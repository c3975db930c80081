// What is personal or secret stands in clear nowhere but in the answers to those who may read it: canaries are put into every
// text that the contract guards, and into every other that a caller may fill at will, through every RPC, as valid requests and
// as others; then the logs, the errors, the streams of events and a dump of every table are searched for them.
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { expect } from 'chai';
import { composeIBAN } from 'ibantools';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { customer } from '#chassis/testing/clients.ts';
import { readAll } from '#chassis/testing/events-on-bus.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { dataClasses, personalMessages, type Rule, rules, type Workload } from '#gen/bank/rules.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { services } from '../services.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import {
  askByCardWithCanaries,
  askOfPayeesWithCanaries,
  payWithCanaries,
  tellAccountWithCanaries,
} from './canary-payments.ts';
import { methodNamed, nameOf, PROTOCOLS, type RpcName } from './doors.ts';
import { dumpOf, useJourney } from './journey.ts';
import { asCommand, sampleOf } from './samples.ts';

const CANARIES = 500;

/** What has a form that no canary has: a request with one there is refused. The bank keeps keys and references in clear. */
const FORMAL = /(?:pageToken|etag|mask|amount|date|code)$/i;

const published = Object.entries<Rule>(rules)
  .filter(([, { edge }]) => edge)
  .map(([name, rule]) => ({ rpc: nameOf(name), rule }));

describe('What is personal or secret', function inClear() {
  this.timeout(120_000);
  const logFile = path.join(tmpdir(), `corebank-canaries-${process.pid}.log`);
  const journey = useJourney({ bus: true, environment: { LOG_LEVEL: 'debug', LOG_FILE: logFile } });
  const canaries: string[] = [];
  const told: string[] = [];
  let taken = 0;
  let own: Belongings;

  before('puts canaries everywhere', async () => {
    await beginClosing(journey.door('gRPC'));
    own = await makeBelongings(journey.door('gRPC'));
    for (let turn = 0; canaries.length < CANARIES; turn += 1) {
      for (const { rpc, rule } of published) await callWithCanaries(rpc, rule, turn);
      await askWithCanaries();
    }
  });
  after('removes the log', async () => rm(logFile));

  function fresh(): string {
    const canary = makeCanary(canaries.length);
    canaries.push(canary);
    return canary;
  }

  /** Once with what is guarded, which may well be valid, and once with what cannot be. */
  async function callWithCanaries(rpc: RpcName, rule: Rule, turn: number): Promise<void> {
    const { input } = methodNamed(rpc);
    const { request } = sampleOf(rpc, own);
    const door = journey.door(PROTOCOLS[turn % PROTOCOLS.length] ?? 'gRPC');
    const isGuarded = ({ parent, localName }: DescField) => dataClasses[parent.typeName]?.[localName] !== undefined;
    const isFormal = ({ localName }: DescField) => FORMAL.test(localName);
    for (const chosen of [(field: DescField) => isGuarded(field) && !isFormal(field), isFormal]) {
      const filled = fill(input, request, chosen, fresh);
      if (filled === undefined) continue;
      try {
        await door.call(subjectFor(rule, turn, own), rpc, asCommand(input, filled, false));
        taken += 1;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { code, reason, message, metadata, violations } = error;
        expect(reason, rpc).not.to.equal('INTERNAL');
        told.push(`${rpc} ${JSON.stringify({ code, reason, message, metadata, violations })}`);
      }
    }
  }

  /** What the bank asks itself, and takes what is guarded; each as whoever may ask it. */
  async function askWithCanaries(): Promise<void> {
    const { customerId, accountId } = own;
    const actor = customer(customerId);
    const amount = { currencyCode: 'CZK', amount: '1.00' };
    const security = (workload: Workload) => journey.bank().as(SecurityService, workload);
    const orders = Array.from({ length: 4 }, () => ({
      actor,
      operation: Operation.TRANSFER,
      debtorAccountId: accountId,
      creditor: { case: 'creditorIban' as const, value: fresh() },
      amount,
    }));
    const { decisions } = await journey.bank().as(AccountService, 'transaction').authorizeOrders({ orders });
    for (const { result } of decisions) {
      expect(result.case).to.equal('refusal');
      told.push(`AuthorizeOrders ${JSON.stringify(result.value)}`);
    }
    const transfer = { actor, debtorIban: fresh(), amount, remittanceInformation: fresh() };
    const transfers = [fresh(), 'CZ6508000000192000145399'].map((creditorIban) => {
      return { ...transfer, requestId: newId('cmd'), creditorIban };
    });
    const transaction = journey.bank().as(TransactionService, 'integration-inbound');
    const { outcomes } = await transaction.batchTransferFunds({ transfers });
    for (const { refusal } of outcomes) {
      expect(refusal).not.to.equal(undefined);
      told.push(`BatchTransferFunds ${JSON.stringify(refusal)}`);
    }
    const scored = { actor, debtorAccountId: accountId, creditorAccountId: accountId, amount, userAgent: fresh() };
    const { scores } = await security('transaction').scoreOrders({ orders: [scored] });
    told.push(`ScoreOrders ${JSON.stringify(scores)}`);
    const refusal = { actor, rpc: 'none', code: 7, reason: 'NONE', address: fresh(), userAgent: fresh() };
    await security('edge').recordRefusals({ refusals: [{ ...refusal, refusalId: newId('rfs') }] });
    const read = { actor, rpc: 'none', oneIn: 1, address: fresh(), userAgent: fresh() };
    await security('edge').recordReads({ reads: [{ ...read, readId: newId('rdg') }] });
    const exchange = { subjectToken: fresh(), audience: 'account' };
    told.push(
      await security('edge')
        .exchangeToken(exchange)
        .then(() => 'exchanged', String),
    );
    expect(told.at(-1)).not.to.equal('exchanged');
    told.push(...(await payWithCanaries(journey.bank(), fresh)));
    told.push(...(await tellAccountWithCanaries(journey.bank(), fresh, own.accountId)));
    told.push(...(await askOfPayeesWithCanaries(journey.bank(), fresh, own.customerId)));
    told.push(...(await askByCardWithCanaries(journey.bank(), fresh, own.cardId)));
    await askForTokensWithCanaries();
    taken += 5;
  }

  /** Assertions and proofs that are none. */
  async function askForTokensWithCanaries(): Promise<void> {
    const security = journey.bank().as(SecurityService, 'edge');
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    for (const assertion of [fresh(), `${fresh()}.${fresh()}.${fresh()}`]) {
      const said = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion };
      const form = new URLSearchParams(said).toString();
      const asked = { requestId: newId('cmd'), issuer: 'https://bank.example', form, dpopProof: fresh() };
      const answer = await security.issuePartnerToken(asked).then(
        () => 'issued',
        (error: unknown) => String(error),
      );
      expect(answer).not.to.equal('issued');
      told.push(answer);
    }
  }

  it('goes through every RPC that takes it, of customers and staff, and of the bank’s own', () => {
    const guarded = Object.entries<Rule>(rules).flatMap(([name, { edge }]) =>
      !edge && personalMessages.has(methodNamed(nameOf(name)).input.typeName) ? [nameOf(name)] : [],
    );
    // What the edge submits for approval, the callers of those RPCs have sent: see the table of approvals.
    const own = [
      'account.AuthorizeOrders',
      'account.FindAccount',
      'account.FindCard',
      'account.HonourCheque',
      'account.RecordEntryParticulars',
      'customer.MatchName',
      'customer.ScreenParties',
      'integration.ConfirmPayee',
      'integration.SendPayment',
      'security.ExchangeToken',
      'security.IssuePartnerToken',
      'security.RecordReads',
      'security.RecordRefusals',
      'security.ScoreOrders',
      'transaction.AuthorizeCard',
      'transaction.BatchTransferFunds',
      'transaction.ClearCardPayment',
      'transaction.ReceivePayment',
    ];
    expect(guarded).to.have.members([...own, 'security.SubmitForApproval']);
  });

  it('was put where it can be put, and was taken or refused', () => {
    expect(canaries.length).to.be.at.least(CANARIES);
    expect(told.length).to.be.greaterThan(100);
    expect(taken).to.be.at.least(50);
  });

  it('stands in no log', async () => {
    const log = await readFile(logFile, 'utf8');
    expect(log.split('\n').length).to.be.greaterThan(told.length);
    expect(foundIn([log], canaries)).to.deep.equal([]);
  });

  it('was sent for approval too, and waits there', async () => {
    const kept = await journey.bank().database('security').query('select from approval');
    expect(kept.length).to.be.greaterThan(0);
  });

  it('stands in no error', () => expect(foundIn(told, canaries)).to.deep.equal([]));

  it('stands in no table', async () => {
    for (const [table, rows] of await dumpOf(journey.bank())) {
      expect(foundIn(rows, canaries), table).to.deep.equal([]);
    }
  });

  it('stands in no event', async function inNoEvent() {
    const url = journey.busUrl();
    if (!url) this.skip();
    let seen = 0;
    for (const { name } of services) {
      const outbox = () => journey.bank().database(name).query('select from outbox');
      let events = await readAll(url, name);
      while (events.length < (await outbox()).length) {
        await sleep(100);
        events = await readAll(url, name);
      }
      seen += events.length;
      const texts = events.map((event) => Buffer.from(toBinary(EventEnvelopeSchema, event)));
      const shown = texts.flatMap((bytes) => [bytes.toString('latin1'), bytes.toString('hex')]);
      expect(foundIn(shown, canaries), name).to.deep.equal([]);
    }
    expect(seen).to.be.greaterThan(taken);
  });

  it('would be found, were it there', () => {
    const [canary = ''] = canaries;
    for (const hidden of [canary, canary.toUpperCase(), Buffer.from(canary).toString('hex')]) {
      expect(foundIn([`(1,${hidden},2)`], canaries)).to.deep.equal([canary]);
    }
  });
});

/** The canaries that stand in the texts: as they were given, in other cases, without spaces, or as the bytes of a column. */
function foundIn(texts: readonly string[], canaries: readonly string[]): string[] {
  const everything = texts.join('\n').toLowerCase();
  return canaries.filter((canary) => {
    const written = canary.toLowerCase();
    return [written, written.replaceAll(' ', ''), Buffer.from(canary).toString('hex')].some((one) =>
      everything.includes(one),
    );
  });
}

/** By turns a secret, a name, a card number that passes its check, and an account number that passes its own. */
function makeCanary(number: number): string {
  const random = randomBytes(6).toString('hex');
  const digits = BigInt(`0x${random}`).toString().padStart(15, '0').slice(-15);
  const kinds = [
    () => `tajne-${random}`,
    () => `Kanarek ${random}`,
    () => withLuhn(`4${digits.slice(1)}`),
    () => composeIBAN({ countryCode: 'CZ', bban: `0800${digits.padStart(16, '0')}` }) ?? '',
  ];
  return kinds[number % kinds.length]?.() ?? '';
}

/** ISO/IEC 7812-1, annex B. */
function withLuhn(digits: string): string {
  const sum = digits
    .split('')
    .toReversed()
    .reduce((total, digit, index) => {
      const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** The request with a canary in every chosen text of it that can have one; undefined when there is none. */
function fill(
  schema: DescMessage,
  request: JsonObject,
  chosen: (field: DescField) => boolean,
  fresh: () => string,
): JsonObject | undefined {
  const filled: Record<string, JsonValue> = {};
  for (const field of schema.fields) {
    const now = request[field.localName];
    const inner = 'message' in field ? field.message : undefined;
    if (inner?.typeName.startsWith('bank.') && now !== undefined) {
      const items = (Array.isArray(now) ? now : [now]) as JsonObject[];
      const done = items.map((item) => fill(inner, item, chosen, fresh) ?? item);
      if (done.some((item, index) => item !== items[index]))
        filled[field.localName] = Array.isArray(now) ? done : (done[0] ?? {});
    } else if (isText(field) && chosen(field) && canHold(field, request)) {
      filled[field.localName] = field.fieldKind === 'list' ? [fresh()] : fresh();
    }
  }
  return Object.keys(filled).length === 0 ? undefined : { ...request, ...filled };
}

function isText(field: DescField): boolean {
  return (
    (field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING) ||
    (field.fieldKind === 'list' && field.scalar === ScalarType.STRING)
  );
}

/** A oneof holds one of its cases. */
function canHold(field: DescField, request: JsonObject): boolean {
  return field.oneof?.fields.every((other) => other === field || request[other.localName] === undefined) ?? true;
}

/** Staff and customers by turns, where both may. */
function subjectFor({ grants }: Rule, turn: number, { customerId }: Belongings): string {
  const subjects = grants.flatMap(({ audience, roles }) => {
    if (audience === 'STAFF') return roles.map((role) => `staff:${role.toLowerCase().replaceAll('_', '-')}`);
    return audience === 'CHANNEL' ? [`customer:${customerId}`] : [];
  });
  return subjects[turn % subjects.length] ?? '';
}
