// What is kept of messages: those that go out, sealed as they are sent; those that came in, before the scheme hears that they are here.
import { toBinary } from '@bufbuild/protobuf';
import { sha256Hex } from '#chassis/digest.ts';
import { asBuffer } from '#chassis/encode.ts';
import { invalid, isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import type { Vault } from '#chassis/sealing.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Content, Message } from '#rules/iso20022/definitions.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import type { Context } from './context.ts';
import { recalledPayments, saidByAnswer } from './domain/recall-messages.ts';
import { type Incoming, incomingPayments, type Said, saidByReturn, saidByStatus } from './domain/scheme-messages.ts';
import { settlementStatements } from './domain/settlement-statement.ts';
import { insertInboundRecall, settleRecallOf } from './recall-tables.ts';
import { keepStatement } from './reconciling.ts';
import { readChecked, writeChecked } from './schemas.ts';
import { insertDead, insertInbound, settleOutbound } from './scheme-tables.ts';

export const OUTBOUND_CONTEXT = 'outbound_payment.content';
export const INBOUND_CONTEXT = 'inbound_payment.content';
const BEGINNING_BYTES = 64 << 10;
const DEAD_CONTEXT = 'dead_message.content';

/** Seals text for a column. */
export async function sealText(vault: Vault, partyId: string, context: string, text: string | Buffer): Promise<Buffer> {
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, context, Buffer.from(text))));
}

/** Writes a message that goes out. What the standard has no way to say was asked for wrongly. */
export async function written({ schemas }: Pick<Context, 'schemas'>, message: Message): Promise<string> {
  try {
    return writeChecked(message, await schemas);
  } catch (error) {
    if (!(error instanceof IsoRefusal)) throw error;
    throw invalid([{ field: error.path, description: `no message of ISO 20022 holds it: ${error.reason}` }]);
  }
}

/** What is personal about a payment that came in. */
export type InboundParticulars = Pick<Incoming, 'creditorIban' | 'creditorName' | 'debtorIban' | 'debtorName' | 'text'>;

type Keeping = Pick<Context, 'database' | 'log' | 'schemas' | 'vault'>;

/** Keeps what a message says that was fetched, and answers which it was; nothing where it cannot be read. */
export async function keepFetched(context: Keeping, content: Buffer): Promise<{ name: string; id: string }> {
  const schemas = await context.schemas;
  let message: Message;
  try {
    message = readChecked(content, schemas);
  } catch (error) {
    if (!(error instanceof IsoRefusal)) throw error;
    await keepDead(context, content, error.reason);
    return { name: '', id: '' };
  }
  const { name } = message;
  if (name === 'pacs.008.001.09') {
    for (const payment of incomingPayments(message.content)) await keepIncoming(context, content, payment);
  } else if (name === 'pacs.002.001.11') {
    await keepSaid(context, content, saidByStatus(message.content));
  } else if (name === 'pacs.004.001.10') {
    await keepSaid(context, content, saidByReturn(message.content));
  } else if (name === 'camt.056.001.10') {
    // One that names no payment asks for all of a message: nobody here takes that apart.
    if (message.content.Undrlyg.some(({ TxInf = [] }) => TxInf.length === 0)) {
      await keepDead(context, content, 'PAYMENT_NOT_NAMED');
    }
    for (const recalled of recalledPayments(message.content)) {
      const payment = inboundId(recalled.agent, recalled.originalTransactionIdentification);
      const id = inboundId(recalled.agent, `${recalled.cancellationIdentification}\n${payment}`);
      await context.database.query(insertInboundRecall({ ...recalled, id, inboundPaymentId: payment }));
    }
    return { name, id: message.content.Assgnmt.Id };
  } else if (name === 'camt.053.001.08') {
    await keepStatements(context, content, message.content);
    return { name, id: message.content.GrpHdr.MsgId };
  } else if (name === 'camt.029.001.11') {
    const said = saidByAnswer(message.content).map(({ id, ...verdict }) => ({ ...verdict, id: deriveId('rcl', id) }));
    await keepSaid(context, content, said);
    if (!message.content.CxlDtls?.some(({ TxInfAndSts = [] }) => TxInfAndSts.length > 0)) {
      await keepDead(context, content, 'PAYMENT_NOT_NAMED');
    }
    return { name, id: message.content.Assgnmt.Id };
  } else {
    await keepDead(context, content, 'MESSAGE_NOT_EXPECTED');
    return { name, id: '' };
  }
  return { name, id: message.content.GrpHdr.MsgId };
}

/** Keeps how a message begins that is longer than any may be: it holds up none that come after it. */
export async function keepTooLong(context: Keeping, beginning: Buffer): Promise<{ name: string; id: string }> {
  // As much of it as somebody needs to ask for it again.
  await keepDead(context, beginning.subarray(0, BEGINNING_BYTES), 'MESSAGE_TOO_LONG');
  return { name: '', id: '' };
}

/** What comes in is one by who says it, and how they call it. */
function inboundId(agent: string, identity: string): string {
  return sha256Hex(`${agent}\n${identity}`).slice(0, 32);
}

/** What came in is one by who instructed it and how they call it: the same again is the same payment, unless it is another amount. */
async function keepIncoming(context: Keeping, message: Buffer, payment: Incoming): Promise<void> {
  const { database, vault } = context;
  const { creditorIban, creditorName, debtorIban, debtorName, text, instructingAgent, identity, ...rest } = payment;
  const id = inboundId(instructingAgent, identity);
  const particulars: InboundParticulars = { creditorIban, creditorName, debtorIban, debtorName, text };
  const content = await sealText(vault, id, INBOUND_CONTEXT, JSON.stringify(particulars));
  const kept = await database.query(insertInbound({ id, ...rest, content }));
  if (kept.length === 0) await keepDead(context, message, 'IDENTIFICATION_USED_TWICE');
}

/** Statements of the bank's account: what does not follow on the last one, or does not add up, is put aside. */
async function keepStatements(context: Keeping, message: Buffer, content: Content<'camt.053.001.08'>): Promise<void> {
  try {
    const statements = settlementStatements(content);
    await context.database.transaction(async (tx) => {
      for (const statement of statements) await keepStatement(tx, statement);
    });
  } catch (error) {
    const isOne = error instanceof IsoRefusal || error instanceof Refusal;
    if (!isOne || (error instanceof Refusal && isPassingRefusal(error))) throw error;
    await keepDead(context, message, error.reason);
  }
}

async function keepSaid(context: Keeping, content: Buffer, said: readonly Said[]): Promise<void> {
  for (const { id, ...verdict } of said) {
    const [known] = await context.database.query(settleOutbound(id, verdict));
    if (!known) await keepDead(context, content, 'NOTHING_TO_BE_SAID_OF');
    // What came back, or came to nothing, is not asked for any more.
    else if (known.name === 'pacs.008.001.09' && verdict.state !== 'settled')
      await context.database.query(settleRecallOf(id));
    // The money is with the clearing, and with nobody: somebody has to send it again, or put it on an account.
    else if (known.name === 'pacs.004.001.10' && verdict.state !== 'settled') {
      await keepDead(context, content, 'RETURN_NOT_TAKEN');
    }
  }
}

/** What nobody can deal with is kept for somebody to look at. */
async function keepDead({ database, log, vault }: Keeping, content: Buffer, reason: string): Promise<void> {
  const digest = sha256Hex(content).slice(0, 32);
  log.error({ digest, reason }, 'a message of the scheme is put aside');
  await database.query(insertDead({ digest, reason, content: await sealText(vault, digest, DEAD_CONTEXT, content) }));
}
