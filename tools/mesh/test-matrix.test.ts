import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { rules } from '#gen/bank/rules.ts';
import { conformanceLines } from './conformance.ts';
import { MATRIX_FILE, matrixText, SUBJECTS, testMatrix, WORKLOADS } from './test-matrix.ts';
import { rpcs } from './workloads.ts';

describe('mesh/test-matrix.json', () => {
  it('is what `make gen` writes from the rules', async () => {
    expect(await readFile(MATRIX_FILE, 'utf8')).to.equal(matrixText());
  });

  it('has a cell for every caller of every RPC, and no other', () => {
    const matrix = testMatrix();
    expect(Object.keys(matrix)).to.have.members(Object.keys(rules));
    for (const { edge, workloads } of Object.values(matrix)) {
      expect(Object.values(edge).flat()).to.have.members(SUBJECTS);
      expect(Object.values(workloads).flat()).to.have.members(WORKLOADS);
    }
  });

  it('is what an adopter tries on a cluster, line by line', () => {
    const lines = conformanceLines().map((line) => line.split('\t'));
    expect(lines).to.have.length(WORKLOADS.length * rpcs.length);
    const posting = lines.filter(([, , path]) => path === '/bank.ledger.v1.LedgerService/PostJournals');
    const place = 'ledger.bank.svc.cluster.local:9101';
    expect(posting).to.deep.include(['transaction', 'transaction', posting[0]?.[2], place, 'in']);
    expect(posting).to.deep.include(['edge', 'edge', posting[0]?.[2], place, 'out']);
    expect(posting).to.deep.include(['loan', 'loan', posting[0]?.[2], place, 'out']);
  });

  it('says what the contract says of a transfer, of a registration and of what a partner may read', () => {
    const transfer = testMatrix()['bank.transaction.v1.TransactionService/TransferFunds'];
    expect(transfer?.edge.ALLOWED).to.deep.equal([
      'customer',
      'joint-holder',
      'disponent',
      'staff:TELLER',
      'staff:BRANCH_MANAGER',
      'staff:BACK_OFFICE',
      'staff:TELLER@own',
      'staff:BRANCH_MANAGER@own',
      'staff:BACK_OFFICE@own',
      'staff:BACK_OFFICE@other',
    ]);
    const foreign = ['another-customer', 'staff:TELLER@other', 'staff:BRANCH_MANAGER@other'];
    expect(transfer?.edge.ACCOUNT_NOT_FOUND).to.deep.equal(foreign);
    expect(transfer?.edge.TOKEN_MISSING).to.deep.equal(['anonymous']);
    expect(transfer?.workloads).to.have.property('TOKEN_MISSING').deep.equal(['edge']);
    const posting = testMatrix()['bank.ledger.v1.LedgerService/PostJournals'];
    expect(posting?.edge).to.have.all.keys('RPC_UNKNOWN');
    expect(posting?.workloads.ALLOWED).to.include('transaction');
    expect(posting?.workloads.CALLER_NOT_ALLOWED).to.include('edge');
    const registration = testMatrix()['bank.customer.v1.CustomerService/RegisterCustomer'];
    expect(registration?.edge.ALLOWED).to.include('anonymous');
    expect(registration?.edge.BRANCH_NOT_ALLOWED).to.include('staff:TELLER@other');
    const today = testMatrix()['bank.ledger.v1.LedgerService/GetBusinessDate'];
    expect(today?.edge.ALLOWED).to.include.members(['partner:business-date:read', 'partner:*']);
    expect(today?.edge.CALLER_NOT_ALLOWED).to.include.members(['partner:', 'partner:products:read']);
    const change = testMatrix()['bank.account.v1.AccountService/UpdateAccount'];
    expect(change?.edge.OWNER_REQUIRED).to.deep.equal(['disponent']);
    expect(registration?.edge.TOKEN_INVALID).to.include('unsigned');
  });
});
