import { create, fromJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { RegisterCustomerRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { dataClasses, rulesByPath } from '#gen/bank/rules.ts';
import { compileProtos } from '../../tools/plugins/compile-protos.ts';
import { redact } from './log.ts';

describe('What is logged of a message', () => {
  it('holds nothing that is personal, however deep it lies', () => {
    const person = { givenName: 'Canary-Given', familyName: 'Canary-Family', birthDate: '1970-01-31' };
    const request = create(RegisterCustomerRequestSchema, {
      requestId: 'r-1',
      party: { case: 'person', value: person },
      contacts: [{ value: 'canary@example.com' }],
      address: { lines: ['Canary Street 1'], city: 'Canary Town', postalCode: 'canary' },
      identifiers: [{ value: 'canary-4711' }],
      residenceCountryCode: 'CZ',
    });
    const logged = JSON.stringify(redact(RegisterCustomerRequestSchema, request));
    expect(logged).to.contain('r-1');
    expect(logged.toLowerCase()).to.not.contain('canary').and.to.not.contain('1970');
  });

  it('holds nothing that is personal in lists and maps, nested as they may be', async () => {
    const [file] = await compileProtos({
      'bank/customer/v1/book.proto': `syntax = "proto3"; package bank.customer.v1;
        message Person { string given_name = 1; string title = 2; }
        message Page { map<string, Person> people = 1; repeated Person others = 2; map<string, string> words = 3; }
        message Book { map<int32, Page> pages = 1; Page first = 2; repeated Page more = 3; }`,
    });
    const book = file?.messages.find(({ name }) => name === 'Book');
    if (!book) throw new Error('no such message');
    const person = { givenName: 'Canary', title: 'Dr.' };
    const page = { people: { a: person }, others: [person], words: { till: 'T1' } };
    const logged = redact(book, fromJson(book, { pages: { 7: page }, first: page, more: [page] }));
    const shown = { givenName: '[PERSONAL]', title: 'Dr.' };
    const redacted = { people: { a: shown }, others: [shown], words: { till: 'T1' } };
    expect(logged).to.deep.equal({ pages: { 7: redacted }, first: redacted, more: [redacted] });
  });

  it('is whole where nothing is personal', () => {
    const request = create(PostJournalsRequestSchema, {
      journals: [{ journalId: 'jnl_1', metadata: { till: 'T1' }, legs: [{ ledgerAccountId: 'lac_1', side: 1 }] }],
    });
    expect(redact(PostJournalsRequestSchema, request)).to.deep.equal({
      journals: [
        { journalId: 'jnl_1', metadata: { till: 'T1' }, legs: [{ ledgerAccountId: 'lac_1', side: 'SIDE_DEBIT' }] },
      ],
    });
  });

  it('is classed by the contract: customers have personal fields, the ledger has none', () => {
    const messages = Object.keys(dataClasses);
    expect(messages.some((name) => name.startsWith('bank.customer.v1.'))).to.equal(true);
    expect(messages.filter((name) => name.startsWith('bank.ledger.v1.'))).to.deep.equal([]);
    expect(rulesByPath.size).to.be.above(18);
  });
});
