import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  DecideChequeExceptionResponseSchema,
  IssueChequeBookResponseSchema,
  LiftChequeStopResponseSchema,
  ListChequeExceptionsResponseSchema,
  ListChequeStopsResponseSchema,
  ListChequesResponseSchema,
  RegisterIssuedChequesResponseSchema,
  StopChequesResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import {
  type Cheque,
  ChequeDecision,
  type ChequeException,
  ChequeState,
  type ChequeStop,
} from '#gen/bank/account/v1/cheque_pb.ts';
import { type ChequeDeposit, ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import {
  DepositChequeResponseSchema,
  ListChequeDepositsResponseSchema,
  PayChequeResponseSchema,
  PresentChequeResponseSchema,
  ReportChequeDepositResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { transactionText } from './transaction.ts';

const accounts = ({ bank }: Session) => bank().client(AccountService);
const transactions = ({ bank }: Session) => bank().client(TransactionService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Issues a cheque book. */
export async function issueBook(session: Session, options: WriteOptions, accountId = '', leaves = ''): Promise<void> {
  const request = { ...commandOf(options), accountId, leafCount: Number(leaves) };
  const answer = await accounts(session).issueChequeBook(request);
  const book = answer.chequeBook;
  await session.out.message(IssueChequeBookResponseSchema, answer, () =>
    fields([
      ['book', book?.chequeBookId ?? ''],
      ['numbers', `${book?.firstNumber} to ${book?.lastNumber}`],
      ['issued', book?.issueDate ?? ''],
    ]),
  );
}

/** Lists the cheques of an account. */
export async function listCheques(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const cheques: Cheque[] = [];
  const pages = pagesOf((asked) => accounts(session).listCheques({ ...asked, accountId }), limit);
  for await (const page of pages) cheques.push(...page.cheques);
  await session.out.message(ListChequesResponseSchema, create(ListChequesResponseSchema, { cheques }), () =>
    table(
      ['no', 'state', 'amount', 'paid', 'transaction', 'told'],
      cheques.map((one) => [
        String(one.number),
        word(ChequeState, one.state),
        money(one.amount),
        one.payDate,
        one.transactionId,
        money(one.issuedAmount),
      ]),
      ['amount', 'told'],
    ),
  );
}

interface Stopping extends WriteOptions {
  readonly number?: string;
  readonly to?: string;
  readonly amount?: string;
  readonly until?: string;
}

/** Stops cheques. */
export async function stopCheques(session: Session, options: Stopping, accountId = ''): Promise<void> {
  const { number = '0', to = '0', amount, until = '' } = options;
  const answer = await accounts(session).stopCheques({
    ...commandOf(options),
    accountId,
    firstNumber: Number(number),
    lastNumber: Number(to),
    ...(amount && { amount: await amountOn(session.bank(), accountId, amount, undefined) }),
    expireDate: until,
  });
  await session.out.message(StopChequesResponseSchema, answer, () => stopsText(answer.chequeStop));
}

/** Lifts a stop. */
export async function liftStop(session: Session, options: WriteOptions, chequeStopId = ''): Promise<void> {
  const answer = await accounts(session).liftChequeStop({ ...commandOf(options), chequeStopId });
  await session.out.message(LiftChequeStopResponseSchema, answer, () => stopsText(answer.chequeStop));
}

/** Lists the stops of an account's cheques. */
export async function listStops(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const chequeStops: ChequeStop[] = [];
  const pages = pagesOf((asked) => accounts(session).listChequeStops({ ...asked, accountId }), limit);
  for await (const page of pages) chequeStops.push(...page.chequeStops);
  const answer = create(ListChequeStopsResponseSchema, { chequeStops });
  await session.out.message(ListChequeStopsResponseSchema, answer, () => stopsText(...chequeStops));
}

function stopsText(...stops: readonly (ChequeStop | undefined)[]): Promise<string> {
  return table(
    ['stop', 'from', 'to', 'amount', 'until', 'fee', 'lifted'],
    stops.flatMap((one) =>
      one
        ? [
            [
              one.chequeStopId,
              String(one.firstNumber || ''),
              String(one.lastNumber || ''),
              money(one.amount),
              one.expireDate,
              money(one.fee),
              one.lifted ? 'yes' : '',
            ],
          ]
        : [],
    ),
    ['amount', 'fee'],
  );
}

/** Tells which cheques were written. */
export async function tellCheques(
  session: Session,
  options: WriteOptions & { readonly cheque?: readonly string[] },
  accountId = '',
): Promise<void> {
  const cheques = [];
  for (const text of options.cheque ?? []) {
    const [number = '', amount = '', payeeName = ''] = text.split('=');
    if (!/^[1-9]\d{0,8}$/.test(number)) throw usage(`${text} names no cheque; write it like 7=1200.00.`);
    const value = await amountOn(session.bank(), accountId, amount, undefined);
    cheques.push({ number: Number(number), amount: value, payeeName });
  }
  const answer = await accounts(session).registerIssuedCheques({ ...commandOf(options), accountId, cheques });
  await session.out.message(RegisterIssuedChequesResponseSchema, answer, () => `${answer.chequeCount} told`);
}

/** Lists cheques that are not as they were told of. */
export async function listExceptions(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const chequeExceptions: ChequeException[] = [];
  const pages = pagesOf((asked) => accounts(session).listChequeExceptions({ ...asked, accountId }), limit);
  for await (const page of pages) chequeExceptions.push(...page.chequeExceptions);
  const answer = create(ListChequeExceptionsResponseSchema, { chequeExceptions });
  await session.out.message(ListChequeExceptionsResponseSchema, answer, () => exceptionsText(...chequeExceptions));
}

/** Says what becomes of a cheque that is not as it was told of. */
export async function decideException(
  session: Session,
  options: WriteOptions,
  chequeExceptionId = '',
  said = '',
): Promise<void> {
  const decision = said === 'pay' ? ChequeDecision.PAY : ChequeDecision.RETURN;
  const answer = await accounts(session).decideChequeException({ ...commandOf(options), chequeExceptionId, decision });
  await session.out.message(DecideChequeExceptionResponseSchema, answer, () =>
    exceptionsText(...(answer.chequeException ? [answer.chequeException] : [])),
  );
}

function exceptionsText(...exceptions: readonly ChequeException[]): Promise<string> {
  return table(
    ['cheque', 'no', 'amount', 'told', 'decide by', 'decision'],
    exceptions.map((one) => [
      one.chequeExceptionId,
      String(one.number),
      money(one.amount),
      money(one.issuedAmount),
      one.decideByDate,
      one.decision === ChequeDecision.UNSPECIFIED ? '' : word(ChequeDecision, one.decision),
    ]),
    ['amount', 'told'],
  );
}

interface Paper extends WriteOptions {
  readonly payee?: string;
}

type Written = readonly [iban: string, number: string, date: string, amount: string, currency: string];

function paperOf(options: Paper, [drawerIban, number, chequeDate, amount, currency]: Written) {
  const value = { currencyCode: currency.toUpperCase(), amount };
  return {
    ...commandOf(options),
    drawerIban,
    number: Number(number),
    amount: value,
    chequeDate,
    payeeName: options.payee ?? '',
  };
}

/** Pays a cheque in. */
export async function depositCheque(
  session: Session,
  options: Paper,
  creditorAccountId = '',
  iban = '',
  number = '',
  date = '',
  amount = '',
  currency = '',
): Promise<void> {
  const request = { ...paperOf(options, [iban, number, date, amount, currency]), creditorAccountId };
  const answer = await transactions(session).depositCheque(request);
  const { result } = answer;
  await session.out.message(DepositChequeResponseSchema, answer, () =>
    result.case === 'transaction'
      ? transactionText(result.value)
      : depositsText(...(result.case === 'chequeDeposit' ? [result.value] : [])),
  );
}

/** Pays a cheque in cash. */
export async function payCheque(
  session: Session,
  options: Paper,
  iban = '',
  number = '',
  date = '',
  amount = '',
  currency = '',
): Promise<void> {
  const answer = await transactions(session).payCheque(paperOf(options, [iban, number, date, amount, currency]));
  await session.out.message(PayChequeResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Presents a cheque that was paid in at another bank. */
export async function presentCheque(
  session: Session,
  options: Paper,
  iban = '',
  number = '',
  date = '',
  amount = '',
  currency = '',
): Promise<void> {
  const answer = await transactions(session).presentCheque(paperOf(options, [iban, number, date, amount, currency]));
  await session.out.message(PresentChequeResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Lists cheques of other banks that were paid in. */
export async function listDeposits(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const chequeDeposits: ChequeDeposit[] = [];
  const pages = pagesOf((asked) => transactions(session).listChequeDeposits({ ...asked, accountId }), limit);
  for await (const page of pages) chequeDeposits.push(...page.chequeDeposits);
  const answer = create(ListChequeDepositsResponseSchema, { chequeDeposits });
  await session.out.message(ListChequeDepositsResponseSchema, answer, () => depositsText(...chequeDeposits));
}

/** Says what became of a cheque of another bank. */
export async function reportDeposit(
  session: Session,
  options: WriteOptions & { readonly returned?: string },
  chequeDepositId = '',
): Promise<void> {
  const isoReason = options.returned ?? '';
  const state = isoReason === '' ? ChequeDepositState.CLEARED : ChequeDepositState.RETURNED;
  const request = { ...commandOf(options), chequeDepositId, state, isoReason };
  const answer = await transactions(session).reportChequeDeposit(request);
  await session.out.message(ReportChequeDepositResponseSchema, answer, () =>
    depositsText(...(answer.chequeDeposit ? [answer.chequeDeposit] : [])),
  );
}

function depositsText(...deposits: readonly ChequeDeposit[]): Promise<string> {
  return table(
    ['cheque', 'state', 'amount', 'drawn on', 'no', 'clears', 'why', 'transaction'],
    deposits.map((one) => [
      one.chequeDepositId,
      word(ChequeDepositState, one.state),
      money(one.amount),
      one.drawerIban,
      String(one.number),
      one.clearDate,
      one.isoReason,
      one.transactionId,
    ]),
    ['amount'],
  );
}
