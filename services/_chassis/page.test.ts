import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  ListEntriesRequestSchema,
  ListJournalsRequestSchema,
  ListLedgerAccountsRequestSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Refusal } from './errors.ts';
import { pages } from './page.ts';

describe('Page tokens', () => {
  const made = pages(Buffer.alloc(32, 1));
  const request = (more: object = {}) => create(ListEntriesRequestSchema, { ledgerAccountId: 'lac_1', ...more });
  const read = (more: object, by = made) => {
    try {
      return by.read(ListEntriesRequestSchema, request(more));
    } catch (error) {
      return (error as Refusal).reason;
    }
  };
  const token = made.next(ListEntriesRequestSchema, request({ pageSize: 2 }), ['2026-01-31', '7']);

  it('lead to where the page before ended, whatever the size of the next', () => {
    expect(read({ pageToken: token, pageSize: 50 })).to.deep.equal({ size: 50, after: ['2026-01-31', '7'] });
    expect(read({})).to.deep.equal({ size: 100, after: undefined });
  });

  it('are bound to their filter, their list and their service', () => {
    expect(read({ pageToken: token, ledgerAccountId: 'lac_2' })).to.equal('PAGE_TOKEN_INVALID');
    expect(read({ pageToken: token, newestFirst: true })).to.equal('PAGE_TOKEN_INVALID');
    expect(read({ pageToken: token }, pages(Buffer.alloc(32, 2)))).to.equal('PAGE_TOKEN_INVALID');
    const journals = made.next(ListJournalsRequestSchema, create(ListJournalsRequestSchema), ['7']);
    const accounts = create(ListLedgerAccountsRequestSchema, { pageToken: journals });
    expect(() => made.read(ListLedgerAccountsRequestSchema, accounts)).to.throw(Refusal);
  });

  it('cannot be made up or changed', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(read({ pageToken: changed.toString('base64url') }), String(at)).to.equal('PAGE_TOKEN_INVALID');
    }
    for (const pageToken of ['x', 'AAAA', token.slice(0, 10), '!!!', Buffer.alloc(12).toString('base64url')]) {
      expect(read({ pageToken })).to.equal('PAGE_TOKEN_INVALID');
    }
  });

  it('come in pages of 100 unless told otherwise, and of 1,000 at most', () => {
    expect(read({ pageSize: 1 })).to.include({ size: 1 });
    expect(read({ pageSize: 5_000 })).to.include({ size: 1_000 });
    expect(read({ pageSize: -1 })).to.equal('REQUEST_INVALID');
  });
});
