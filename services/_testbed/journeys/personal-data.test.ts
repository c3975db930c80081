// A person with data of every kind has it all exported, and is erased: what was theirs is then to be read nowhere, in no database, event,
// log or object, and the books are as they were.
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type JsonObject, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { refused } from '#chassis/testing/clients.ts';
import { readAll } from '#chassis/testing/events-on-bus.ts';
import { type Rule, rules } from '#gen/bank/rules.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { PersonalData } from '../../security/domain/personal-data.ts';
import { services } from '../services.ts';
import { FAR_DATE, LATER } from './belongings.ts';
import {
  AUDITOR,
  BACK_OFFICE,
  COMPLIANCE,
  counter,
  listAt,
  money,
  owner,
  TELLER,
  textAt,
  withApproval,
} from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { dumpOf, useJourney } from './journey.ts';

const PASSWORD = 'correct horse battery';
const TWO = { maker: COMPLIANCE, checker: `${COMPLIANCE},auditor` };

/** Each stands in one thing that the bank is told of her, and in nothing else. */
const CANARIES = {
  givenName: 'Kanarzhenka',
  familyName: 'Erasmovska',
  email: 'kanarek-erased@example.com',
  street: 'Kanarkova 4711',
  passport: 'KAN472938',
  renamed: 'Kanarzhenka-Provdana',
  remark: 'canary remark of the branch',
  note: 'canary note of the staff',
  account: 'canary name of an account',
  pot: 'canary name of a pot',
  remittance: 'canary to my brother',
  scheduled: 'canary rent of hers',
  complaint: 'canary complaint of her',
  letter: 'canary letter to her',
  document: 'canary-passport.pdf',
  believed: 'Kanarfuss Believed',
  nickname: 'canary landlord of hers',
  asked: 'canary share of a pizza',
  webhook: 'https://127.0.0.1:9/canary-hook',
} as const;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('A person who is exported and erased', function aPerson() {
  this.timeout(120_000);
  const logFile = path.join(tmpdir(), `corebank-erased-${process.pid}.log`);
  const journey = useJourney({ bus: true, environment: { LOG_LEVEL: 'debug', LOG_FILE: logFile } });
  const own = (rpc: RpcName, request: JsonObject = {}) => door.callWith(token, rpc, request);
  const command = (rpc: RpcName, request: JsonObject = {}) => own(rpc, { requestId: randomUUID(), ...request });
  let door: Door;
  let token: string;
  let customerId: string;
  let exportId: string;
  let code: (ahead: number) => string;
  let recoveryCode: JsonValue | undefined;
  let data: PersonalData;

  before('is known to the bank in every way', async () => {
    door = journey.door('gRPC');
    const at = counter(door);
    const petr = await at.personWithAccount('Petr');
    customerId = await register();
    await logIn();
    const { accountId } = await at.open('INDIVIDUAL', 'prd_current_czk', [owner(customerId)]);
    await at.deposit(accountId, money('100.00'));
    const staff = (subject: string, rpc: RpcName, request: JsonObject) =>
      door.call(subject, rpc, { requestId: randomUUID(), ...request });
    const person = { givenName: CANARIES.renamed, familyName: CANARIES.familyName, birthDate: '1990-05-17' };
    await staff(BACK_OFFICE, 'customer.UpdateCustomer', { customerId, person, remark: CANARIES.remark });
    await staff(TELLER, 'customer.AddCustomerNote', { customerId, text: CANARIES.note });
    const employer = { customerId, relatedCustomerId: await at.organisation('Acme'), kind: 'RELATION_KIND_EMPLOYER' };
    await staff(BACK_OFFICE, 'customer.CreateRelation', employer);
    await consent();
    await staff(TELLER, 'account.UpdateAccount', { accountId, displayName: CANARIES.account });
    await staff(TELLER, 'account.OpenPot', { accountId, displayName: CANARIES.pot });
    const pair = { debtorAccountId: accountId, creditorAccountId: petr.accountId };
    const amount = money('10.00');
    await command('transaction.TransferFunds', { ...pair, amount, remittanceInformation: CANARIES.remittance });
    await command('transaction.PlaceHold', { ...pair, amount: money('1.00'), expireTime: LATER });
    const planned = { ...pair, fixedAmount: money('2.00'), startDate: FAR_DATE };
    await command('transaction.SchedulePayment', { ...planned, remittanceInformation: CANARIES.scheduled });
    const eventTypes = ['bank.transaction.v1.TransactionPosted'];
    await command('notification.CreateWebhook', { url: CANARIES.webhook, eventTypes });
    await complain(await upload());
    await notePayee(petr);
    const asked = { creditorAccountId: accountId, debtorAccountId: petr.accountId, amount };
    await command('transaction.CreatePaymentRequest', { ...asked, remittanceInformation: CANARIES.asked });
    // What is in it is no message, but hers.
    await command('integration.SubmitPaymentFile', { content: base64(CANARIES.remittance) });
    await refused(own('account.GetAccount', { accountId: petr.accountId }), 'ACCOUNT_NOT_FOUND');
    await command('customer.RequestErasure', { customerId });
    await door.call(COMPLIANCE, 'customer.GetCustomer', { customerId });
    let reads: JsonObject[] = [];
    while (journey.busUrl() && reads.length === 0) {
      reads = listAt(await own('audit.ListPersonalDataReads', { customerId }), 'reads');
    }
  });
  after('removes the log', async () => rm(logFile, { force: true }));

  async function register(): Promise<string> {
    const registered = await door.call(TELLER, 'customer.RegisterCustomer', {
      requestId: randomUUID(),
      person: { givenName: CANARIES.givenName, familyName: CANARIES.familyName, birthDate: '1990-05-17' },
      contacts: [{ kind: 'CONTACT_KIND_EMAIL', value: CANARIES.email }],
      address: { lines: [CANARIES.street], city: 'Praha', countryCode: 'CZ' },
      identifiers: [{ kind: 'IDENTIFIER_KIND_PASSPORT', value: CANARIES.passport, countryCode: 'CZ' }],
      residenceCountryCode: 'CZ',
    });
    return textAt(registered, 'customer', 'customerId');
  }

  /** With a password and an app: so that she can prove what she asks. */
  async function logIn(): Promise<void> {
    const issued = await door.call(TELLER, 'security.IssueEnrolmentCode', { requestId: randomUUID(), customerId });
    const login = { username: `user-${randomUUID()}`, password: PASSWORD };
    const enrolment = { enrolmentCode: textAt(issued, 'enrolmentCode'), ...login };
    await door.callWith(undefined, 'security.RegisterCredentials', { requestId: randomUUID(), ...enrolment });
    const loggedIn = await door.callWith(undefined, 'security.LogIn', { requestId: randomUUID(), ...login });
    token = textAt(loggedIn, 'tokens', 'accessToken');
    await enrolApp();
  }

  async function enrolApp(): Promise<void> {
    const secret = Secret.fromBase32(textAt(await command('security.EnrolTotp', { password: PASSWORD }), 'secret'));
    code = (ahead) => TOTP.generate({ secret, timestamp: Date.now() + ahead * 30_000 });
    const confirmed = await command('security.ConfirmTotp', { code: code(0) });
    [recoveryCode] = confirmed['recoveryCodes'] as JsonValue[];
  }

  /** Asks for what has to be proved, and proves it. */
  async function proving(ask: () => Promise<JsonObject>, totpCode: JsonValue): Promise<JsonObject> {
    const { metadata } = await refused(ask(), 'STEP_UP_REQUIRED');
    await command('security.CompleteStepUp', { stepUpId: metadata['step_up_id'] ?? '', totpCode });
    return ask();
  }

  async function notePayee({ iban }: { readonly iban: string }): Promise<void> {
    const answer = await command('transaction.ConfirmPayee', { iban, name: CANARIES.believed });
    const payeeConfirmationId = textAt(answer, 'payeeConfirmation', 'payeeConfirmationId');
    const order = { requestId: randomUUID(), payeeConfirmationId, nickname: CANARIES.nickname };
    await proving(() => own('transaction.AddPayee', order), code(1));
    // Each code proves one thing: the next one by another app.
    await command('security.RemoveTotp', { password: PASSWORD, code: recoveryCode ?? '' });
    await enrolApp();
  }

  async function complain(evidenceId: string): Promise<void> {
    const complaint = { customerId, kind: 'SERVICE_REQUEST_KIND_COMPLAINT', subject: 'Late', text: CANARIES.complaint };
    const taken = await command('customer.OpenServiceRequest', { ...complaint, documentIds: [evidenceId] });
    const serviceRequestId = textAt(taken, 'serviceRequest', 'serviceRequestId');
    const answer = { requestId: randomUUID(), serviceRequestId, outcome: CANARIES.letter };
    await door.call(COMPLIANCE, 'customer.ResolveServiceRequest', answer);
  }

  /** A document with what she told elsewhere too. */
  async function upload(): Promise<string> {
    const content = Buffer.from(`%PDF-1.4\n% ${CANARIES.passport}\n`);
    const begun = {
      customerId,
      kind: 'DOCUMENT_KIND_PASSPORT',
      fileName: CANARIES.document,
      sizeBytes: content.length,
    };
    const documentId = textAt(await command('customer.StartDocumentUpload', begun), 'document', 'documentId');
    const part = { customerId, documentId, version: 1, offset: 0, content: content.toString('base64') };
    await command('customer.UploadDocumentPart', part);
    const digest = createHash('sha256').update(content).digest('hex');
    await command('customer.FinishDocumentUpload', { customerId, documentId, version: 1, digest });
    return documentId;
  }

  async function consent(): Promise<void> {
    const purpose = 'CONSENT_PURPOSE_PRODUCT_NEWS';
    const published = await withApproval(door, TWO, 'customer.PublishConsentText', {
      purpose,
      wordings: [{ locale: 'en', text: 'Tell me.' }],
    });
    const textVersion = (published['text'] as JsonObject)['version'] ?? 0;
    const channel = 'CONSENT_CHANNEL_APP';
    await command('customer.RecordConsent', { customerId, purpose, given: true, textVersion, channel });
  }

  const balances = async () =>
    journey.bank().database('ledger').query('select id, balance::text from ledger_account order by id');

  it('asks for everything with a step-up, and reads it as JSON and as PDF; nobody else does', async () => {
    const order = { requestId: randomUUID(), customerId };
    const answer = await proving(() => own('security.RequestPersonalDataExport', order), code(1));
    exportId = textAt(answer, 'personalDataExport', 'exportId');
    let state = '';
    while (state !== 'PERSONAL_DATA_EXPORT_STATE_READY') {
      state = textAt(await own('security.GetPersonalDataExport', { exportId }), 'personalDataExport', 'state');
    }
    data = JSON.parse((await file('JSON')).toString()) as PersonalData;
    const pdf = await file('PDF');
    expect(pdf.subarray(0, 8).toString()).to.equal('%PDF-1.7');
    for (const word of ['/StructTreeRoot', '/Marked true', '/Lang (en)', 'pdfuaid:part']) {
      expect(pdf.includes(word), word).to.equal(true);
    }
    const { customerId: otherId } = await counter(door).personWithAccount('Eva');
    const reading = { exportId, format: 'PERSONAL_DATA_EXPORT_FORMAT_JSON' };
    const other = door.call(`customer:${otherId}`, 'security.ReadPersonalDataExport', reading);
    await refused(other, 'PERSONAL_DATA_EXPORT_NOT_FOUND');
  });

  async function file(format: 'JSON' | 'PDF'): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let pageToken = ''; pieces.length === 0 || pageToken !== ''; ) {
      const asked = { exportId, format: `PERSONAL_DATA_EXPORT_FORMAT_${format}`, pageToken };
      const piece = await own('security.ReadPersonalDataExport', asked);
      pieces.push(Buffer.from(textAt(piece, 'content'), 'base64'));
      pageToken = piece['nextPageToken'] === undefined ? '' : textAt(piece, 'nextPageToken');
    }
    return Buffer.concat(pieces);
  }

  it('gets all that she told, and all that was answered to her, but not what staff wrote for staff', () => {
    const text = JSON.stringify(data);
    const withheld: readonly string[] = [CANARIES.remark, CANARIES.note];
    expect(Object.values(CANARIES).filter((canary) => !text.includes(canary))).to.deep.equal(withheld);
    // Who of the staff it was is theirs.
    expect(text).to.not.include('stf_');
    const parts = (word: Rule['disclosure']) =>
      Object.entries<Rule>(rules).flatMap(([rpc, { disclosure }]) => (disclosure === word ? [rpc] : []));
    const got = new Set(data.parts.map(({ rpc }) => rpc));
    // Of these there is nothing: nobody has to sign, she trusts nobody, has no passkey, no card and no cheque, and pays to no other bank, nor does any ask her;
    // nor does a mandate say who signs, or the bank have limits.
    const nothing =
      /List(?:SignatureRequests|PaymentOrders|Limits|Mandates|TrustedPayees|Passkeys|Deliveries|Cards|CardAuthorizations|ChequeDeposits|ReceivedRecalls)$/;
    const missing = parts('EXPORTED').filter((rpc) => !got.has(rpc) && !nothing.test(rpc));
    // Without a bus audit hears of nobody.
    expect(missing.filter((rpc) => journey.busUrl() || !rpc.endsWith('ListPersonalDataReads'))).to.deep.equal([]);
    expect(data.withheld.map(({ rpc }) => rpc)).to.have.members(parts('WITHHELD'));
  });

  it('can ask by staff too, of whom two have to agree', async () => {
    const two = { maker: BACK_OFFICE, checker: COMPLIANCE };
    const answer = await withApproval(door, two, 'security.RequestPersonalDataExport', { customerId });
    expect(textAt(answer, 'personalDataExport', 'authorId')).to.equal('stf_back_office');
    const request = { rpc: 'bank.security.v1.SecurityService/RequestPersonalDataExport', resourceId: customerId };
    let recorded: JsonObject[] = [];
    // Where there is no bus nobody hears of it.
    while (journey.busUrl() && recorded.length < 2) {
      recorded = listAt(await door.call(AUDITOR, 'audit.ListAuditRecords', request), 'records');
    }
  });

  it('is erased: what is kept is kept for a reason, and the books are as they were', async () => {
    const books = await balances();
    await withApproval(door, TWO, 'security.DestroyDataKey', { partyId: customerId });
    const asked = () => door.call(COMPLIANCE, 'customer.GetErasureRequest', { customerId });
    while (journey.busUrl() && textAt(await asked(), 'erasureRequest', 'state') !== 'ERASURE_STATE_DONE');
    const kept = listAt(await asked(), 'erasureRequest', 'retained');
    expect(kept.length).to.be.greaterThan(0);
    expect(kept.filter(({ service, data: what, reason }) => !service || !what || !reason)).to.deep.equal([]);
    expect(await balances()).to.deep.equal(books);
    const reading = { exportId, format: 'PERSONAL_DATA_EXPORT_FORMAT_JSON' };
    await refused(door.call(COMPLIANCE, 'security.ReadPersonalDataExport', reading), 'PERSONAL_DATA_EXPORT_NOT_READY');
  });

  it('cannot be read anywhere: what is left is sealed under a key that is no more', async () => {
    const bank = journey.bank();
    const { dataKeys } = await bank.as(SecurityService, 'customer').getDataKeys({ partyIds: [customerId] });
    expect(dataKeys.map(({ key }) => key.length)).to.deep.equal([0]);
    const rows = await bank
      .database('security')
      .query('select wrapped from data_key where party_id = $1', [customerId]);
    expect(rows).to.deep.equal([{ wrapped: null }]);
    const places = new Map<string, readonly string[]>(await dumpOf(bank));
    const url = journey.busUrl();
    for (const { name } of url ? services : []) {
      const events = await readAll(url ?? '', name);
      places.set(
        `events of ${name}`,
        events.flatMap((event) => shownAs(Buffer.from(toBinary(EventEnvelopeSchema, event)))),
      );
    }
    places.set('the log', [await readFile(logFile, 'utf8')]);
    places.set('files', await filesIn(bank.environment['DATA_DIR'] ?? ''));
    expect(places.size).to.be.greaterThan(50);
    const found = [...places].flatMap(([place, texts]) => canariesIn(texts).map((canary) => `${canary} in ${place}`));
    expect(found).to.deep.equal([]);
    // They would be found.
    expect(canariesIn([`(1,${CANARIES.note.toUpperCase()})`, ...shownAs(Buffer.from(CANARIES.email))])).to.have.length(
      2,
    );
  });
});

/** Bytes as they may stand in a text. */
function shownAs(bytes: Buffer): string[] {
  return [bytes.toString('latin1'), bytes.toString('hex')];
}

/** All files below a directory. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(async ({ parentPath, name }) => shownAs(await readFile(path.join(parentPath, name))));
  return (await Promise.all(texts)).flat();
}

/** Which of hers stand in the texts: as they were given, in other cases, without spaces, or as bytes. */
function canariesIn(texts: readonly string[]): string[] {
  const everything = texts.join('\n').toLowerCase();
  return Object.values(CANARIES).filter((canary) => {
    const written = canary.toLowerCase();
    const hex = Buffer.from(canary).toString('hex');
    return [written, written.replaceAll(' ', ''), hex].some((one) => everything.includes(one));
  });
}
