import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { MigrationCounterpart } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { Failure } from '../failure.ts';
import { complaints } from './csv-file.ts';
import { type History, type Line, readHistory } from './history.ts';
import { type Parties, readParties } from './parties.ts';

const TODAY = '1999-01-01';

const CLIENTS = 'client_id,birth_date,sex,district_id\n1,1962-02-09,M,68\n2,1940-01-30,F,19\n3,1967-09-21,M,44\n';
const ACCOUNTS =
  'account_id,district_id,statement_frequency,opened_on\n10,68,monthly issuance,1996-07-28\n11,19,weekly issuance,1997-08-08\n';
const DISPOSITIONS = 'disposition_id,client_id,account_id,type\n1,1,10,OWNER\n2,2,11,OWNER\n3,3,11,DISPONENT\n';
const HEADER =
  'transaction_id,account_id,sequence,booked_on,direction,operation,amount,balance_after,symbol,counterparty_bank,counterparty_account\n';
const TRANSACTIONS = `${HEADER}100,10,1,1996-08-01,credit,credit in cash,200.00,200.00,,,\n101,11,1,1997-08-09,credit,collection from another bank,1000,1000.0,,YZ,123\n`;

describe('The files of another bank', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-import-'));
    await put({
      'clients.csv': CLIENTS,
      'accounts.csv': ACCOUNTS,
      'dispositions.csv': DISPOSITIONS,
      'transactions.csv': TRANSACTIONS,
    });
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  async function put(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  }

  async function read(): Promise<Parties & History> {
    const wrong = complaints();
    const parties = await readParties(directory, TODAY, wrong);
    const history = await readHistory(directory, parties.accounts, TODAY, wrong);
    wrong.settle();
    return { ...parties, ...history };
  }

  /** Puts one file and expects the reading to fail; answers everything that it said. */
  async function wrongWith(files: Record<string, string>): Promise<string> {
    await put(files);
    try {
      await read();
    } catch (error) {
      expect(error).to.be.instanceOf(Failure);
      const { exit, message, lines } = error as Failure;
      expect(exit).to.equal(2);
      return [message, ...lines].join('\n');
    }
    throw new Error('it was read');
  }

  async function lines(text: string): Promise<Line[]> {
    await put({ 'transactions.csv': `${HEADER}${text}` });
    const { books } = await read();
    return [...books.values()].flat();
  }

  it('are read whole', async () => {
    const { clients, accounts, books, count } = await read();
    expect([...clients.keys()]).to.deep.equal(['1', '2', '3']);
    expect(clients.get('1')?.party).to.deep.equal({
      kind: 'person',
      givenName: 'Client',
      familyName: '1',
      birthDate: '1962-02-09',
    });
    expect(accounts.get('11')).to.deep.include({
      district: '19',
      frequency: StatementFrequency.WEEKLY,
      holders: [
        { clientId: '2', role: 'OWNER' },
        { clientId: '3', role: 'DISPONENT' },
      ],
    });
    expect(count).to.equal(2);
    const [line, ...more] = books.get('10') ?? [];
    expect(line).to.include({ id: '100', line: 2, bookedOn: '1996-08-01', change: 20_000n, balanceAfter: 20_000n });
    expect(more).to.deep.equal([]);
  });

  it('may have names and organisations', async () => {
    await put({
      'clients.csv':
        'client_id,birth_date,district_id,given_name,family_name\n1,1962-02-09,68,Jana,Nováková\n2,1940-01-30,19,,\n3,1967-09-21,44, Petr ,Novák\n',
      'organisations.csv':
        'client_id,legal_name,registration_date,district_id\n4,"Pekárna ""U Mostu"", s.r.o.",1993-03-04,54\n',
    });
    const { clients } = await read();
    expect(clients.get('1')?.party).to.deep.include({ givenName: 'Jana', familyName: 'Nováková' });
    expect(clients.get('2')?.party).to.deep.include({ givenName: 'Client', familyName: '2' });
    expect(clients.get('3')?.party).to.deep.include({ givenName: 'Petr', familyName: 'Novák' });
    expect(clients.get('4')?.party).to.deep.include({ kind: 'organisation', legalName: 'Pekárna "U Mostu", s.r.o.' });
  });

  it('may be written by any program: other line ends, a byte order mark, spaces, quotes, columns in another order', async () => {
    const crlf = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}\r\n\r\n`;
    await put({
      'clients.csv': crlf(
        'DISTRICT_ID, Birth_Date ,client_id,note\n68, 1962-02-09 , 1 ,"a, b"\n19,1940-01-30,2,\n44,"1967-09-21",3,\n',
      ),
      'accounts.csv': crlf(ACCOUNTS.replace('monthly issuance', '  "Monthly  issuance" ')),
      'dispositions.csv': crlf(DISPOSITIONS.replace('DISPONENT', ' disponent ')),
      'transactions.csv': crlf(
        TRANSACTIONS.replace('credit in cash,200.00,200.00,,,', 'credit in cash , 200.00 ,"200.00",   ,,'),
      ),
    });
    const { clients, accounts, count } = await read();
    expect(clients.get('1')?.party).to.deep.include({ birthDate: '1962-02-09' });
    expect(accounts.get('10')?.frequency).to.equal(StatementFrequency.MONTHLY);
    expect(accounts.get('11')?.holders).to.have.length(2);
    expect(count).to.equal(2);
  });

  it('say of a line what it moves, against what, and why', async () => {
    const [interest, sanction, statement, household, pension, other, nothing] = await lines(
      [
        '1,10,1,1996-08-01,credit,,13.50,13.50,interest credited,,',
        '2,10,2,1996-08-01,debit,withdrawal in cash,0.40,-13.10,sanction interest if negative balance,,',
        '3,10,3,1996-08-01,debit,withdrawal in cash,14.60,-27.70,Payment  for statement,,',
        '4,10,4,1996-08-01,debit,remittance to another bank,2523.2,-2550.90,household,YZ,1301700',
        '5,10,5,1996-08-01,credit,collection from another bank,4000,1449.10,old-age pension,ST,10006',
        '6,10,6,1996-08-01,credit,gift of a stranger,1,1450.10,,,',
        '7,10,7,1996-08-01,credit,,0,1450.10,interest credited,,',
      ].join('\n'),
    );
    expect(interest).to.include({
      change: 1_350n,
      counterpart: MigrationCounterpart.INTEREST,
      remittance: 'interest credited',
    });
    expect(sanction).to.include({ change: -40n, balanceAfter: -1_310n, counterpart: MigrationCounterpart.INTEREST });
    expect(statement).to.include({
      counterpart: MigrationCounterpart.FEES,
      remittance: 'withdrawal in cash: Payment for statement',
    });
    expect(household).to.include({
      change: -252_320n,
      counterpart: MigrationCounterpart.CLEARING,
      counterparty: 'YZ 1301700',
    });
    expect(pension).to.include({ counterpart: MigrationCounterpart.CLEARING });
    expect(other).to.include({ counterpart: MigrationCounterpart.CLEARING, counterparty: '' });
    expect(nothing).to.include({ change: 0n });
  });

  it('name the words that are not known', async () => {
    await put({
      'transactions.csv': `${HEADER}6,10,1,1996-08-01,credit,gift of a stranger,1,1,,,\n7,10,2,1996-08-01,debit,card withdrawal,1,0,,,\n`,
    });
    expect([...(await read()).unknown]).to.deep.equal([
      ['gift of a stranger', 1],
      ['card withdrawal', 1],
    ]);
  });

  const refused: [string, Record<string, string>, RegExp][] = [
    [
      'a file that is missing its column',
      { 'transactions.csv': TRANSACTIONS.replace('balance_after', 'balance') },
      /transactions\.csv:1: it has no column balance_after/,
    ],
    ['an empty file', { 'clients.csv': '' }, /clients\.csv is empty/],
    [
      'a line with too few values',
      { 'accounts.csv': `${ACCOUNTS}12,1\n` },
      /accounts\.csv:4 cannot be read: .*columns/i,
    ],
    ['a quote that never ends', { 'clients.csv': `${CLIENTS}4,"1990-01-01,M,1\n` }, /clients\.csv:\d cannot be read/],
    [
      'a day that does not exist',
      { 'clients.csv': CLIENTS.replace('1940-01-30', '1940-02-30') },
      /clients\.csv:3: birth_date "1940-02-30" is no day/,
    ],
    [
      'a day in another form',
      { 'transactions.csv': TRANSACTIONS.replace('1996-08-01', '1.8.1996') },
      /transactions\.csv:2: booked_on "1\.8\.1996" is no day/,
    ],
    [
      'a day in the future',
      { 'transactions.csv': TRANSACTIONS.replace('1997-08-09', '1999-01-02') },
      /transactions\.csv:3: booked_on 1999-01-02 lies after the bank's business date, 1999-01-01/,
    ],
    [
      'an amount with a comma',
      { 'transactions.csv': TRANSACTIONS.replace(',200.00,200.00', ',"200,00",200.00') },
      /transactions\.csv:2: amount "200,00" is no amount/,
    ],
    [
      'an amount below zero',
      { 'transactions.csv': TRANSACTIONS.replace(',200.00,200.00', ',-200.00,200.00') },
      /transactions\.csv:2: amount "-200\.00" is no amount/,
    ],
    [
      'an amount with three decimals',
      { 'transactions.csv': TRANSACTIONS.replace(',200.00,200.00', ',200.001,200.00') },
      /transactions\.csv:2: amount/,
    ],
    [
      'an amount with an exponent',
      { 'transactions.csv': TRANSACTIONS.replace(',200.00,200.00', ',2e2,200.00') },
      /transactions\.csv:2: amount/,
    ],
    [
      'no balance',
      { 'transactions.csv': TRANSACTIONS.replace(',200.00,200.00', ',200.00,') },
      /transactions\.csv:2: balance_after ""/,
    ],
    [
      'a direction that is none',
      { 'transactions.csv': TRANSACTIONS.replace('credit,credit in cash', 'in,credit in cash') },
      /transactions\.csv:2: direction "in"/,
    ],
    [
      'an account that nobody has',
      { 'transactions.csv': TRANSACTIONS.replace('101,11', '101,12') },
      /transactions\.csv:3: account 12 is not in accounts\.csv/,
    ],
    [
      'a transaction that is there twice',
      { 'transactions.csv': TRANSACTIONS.replace('101,', '100,') },
      /transactions\.csv:3: transaction 100 is there twice/,
    ],
    [
      'lines of an account that are out of order',
      { 'transactions.csv': `${TRANSACTIONS}102,10,2,1996-07-31,credit,credit in cash,1,201,,,\n` },
      /transactions\.csv:4: account 10 goes back/,
    ],
    [
      'a sequence that does not count up',
      { 'transactions.csv': `${TRANSACTIONS}102,10,1,1996-09-01,credit,credit in cash,1,201,,,\n` },
      /transactions\.csv:4: sequence 1 of account 10/,
    ],
    [
      'a client who is there twice',
      { 'clients.csv': `${CLIENTS}1,1990-01-01,M,1\n` },
      /clients\.csv:5: client 1 is there twice/,
    ],
    [
      'an account without an owner',
      { 'dispositions.csv': DISPOSITIONS.replace('1,1,10,OWNER', '1,1,10,DISPONENT') },
      /accounts\.csv:2: account 10 has no OWNER/,
    ],
    [
      'a holder who is no client',
      { 'dispositions.csv': DISPOSITIONS.replace('2,2,11', '2,9,11') },
      /dispositions\.csv:3: client 9 is not in clients\.csv/,
    ],
    [
      'somebody who holds an account twice',
      { 'dispositions.csv': `${DISPOSITIONS}4,1,10,DISPONENT\n` },
      /dispositions\.csv:5: client 1 holds account 10 twice/,
    ],
    [
      'a role that is none',
      { 'dispositions.csv': DISPOSITIONS.replace('DISPONENT', 'USER') },
      /dispositions\.csv:4: type "USER"/,
    ],
    [
      'statements at another time',
      { 'accounts.csv': ACCOUNTS.replace('weekly', 'daily') },
      /accounts\.csv:3: statement_frequency "daily issuance"/,
    ],
  ];

  for (const [what, files, sentence] of refused) {
    it(`are refused for ${what}, with file and line`, async () => {
      expect(await wrongWith(files)).to.match(sentence);
    });
  }

  it('are refused when one is missing', async () => {
    await rm(path.join(directory, 'dispositions.csv'));
    expect(await wrongWith({})).to.match(/There is no dispositions\.csv/);
  });

  it('are refused with everything that is wrong at once, up to twenty', async () => {
    const said = await wrongWith({
      'transactions.csv': HEADER + Array.from({ length: 50 }, (_, n) => `${n},99,1,x,y,z,q,r,,,\n`).join(''),
    });
    expect(said.split('\n')).to.have.length(22);
    expect(said).to.match(/nothing was changed/);
  });
});
