// bankctl for what customers allow, what is held about them, for how long, and what they sign.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { useBank } from '../../services/_testbed/bank.ts';
import { useBankctl } from './testing.ts';

interface Refused {
  readonly error: { readonly reason: string; readonly metadata: { readonly approval_id: string } };
}

describe('bankctl consent, erasure, personal-data and signature', function bankctlPrivacy() {
  this.timeout(60_000);
  const bank = useBank();
  const { run, json } = useBankctl(() => bank().edge.url);
  let directory = '';
  let jana = '';
  before('registers a customer', async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-privacy-'));
    jana = await person('Jana');
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function person(given: string): Promise<string> {
    const names = ['--given-name', given, '--family-name', 'Novakova', '--birth-date', '1990-05-17'];
    const register = ['customer', 'register', ...names, '--country', 'CZ'];
    return (await json<{ customer: { customerId: string } }>(register)).customer.customerId;
  }

  /** Does what somebody else has to approve. */
  async function approved(checker: string, ...args: string[]): Promise<string> {
    const order = [...args, '--request-id', randomUUID()];
    const { error } = await json<Refused>(order, 1);
    expect(error.reason).to.equal('APPROVAL_REQUIRED');
    await json(['approval', 'approve', error.metadata.approval_id, '--as', checker]);
    let ran = await run(order);
    while (ran.code !== 0) {
      expect(ran.stderr).to.contain('APPROVAL_REQUIRED');
      ran = await run(order);
    }
    return ran.stdout;
  }

  const file = async (name: string, content: unknown): Promise<string> => {
    const written = path.join(directory, name);
    await writeFile(written, JSON.stringify(content));
    return written;
  };

  it('publishes a text for a consent, and writes down who gave and withdrew it', async () => {
    const about = ['--purpose', 'product-news'];
    expect((await run(['consent', 'give', jana, ...about])).stderr).to.contain('CONSENT_TEXT_NOT_IN_FORCE');
    const text = await file('text.json', { en: 'We may tell you of products.', cs: 'Smíme vám psát.' });
    const two = 'staff:compliance,auditor';
    expect(await approved(two, 'consent', 'publish', text, ...about, '--base-version', '0')).to.match(
      /product-news +1/,
    );
    expect((await run(['consent', 'texts', ...about])).stdout).to.contain('Smíme vám psát.');
    expect((await run(['consent', 'give', jana, ...about, '--channel', 'letter'])).stdout).to.match(/yes +1 +letter/);
    expect((await run(['consent', 'withdraw', jana, ...about])).stdout).to.match(/product-news +2 +no/);
    const { consents } = await json<{ consents: { given?: boolean }[] }>(['consent', 'list', jana]);
    expect(consents.map(({ given = false }) => given)).to.deep.equal([false, true]);
    expect((await run(['consent', 'publish', 'none.json', ...about, '--base-version', '1'])).code).to.equal(2);
    expect((await run(['consent', 'give', jana, '--purpose', 'gossip'])).code).to.equal(2);
  });

  it('has what is held about a customer collected, and writes it into a file', async () => {
    expect(await approved('staff:compliance', 'personal-data', 'request', jana)).to.contain('collecting');
    const list = async () =>
      (await json<{ personalDataExports: { exportId: string; state: string }[] }>(['personal-data', 'list', jana]))
        .personalDataExports[0];
    let made = await list();
    while (made?.state !== 'PERSONAL_DATA_EXPORT_STATE_READY') made = await list();
    const target = path.join(directory, 'jana.json');
    expect((await run(['personal-data', 'read', made.exportId, target])).stdout).to.contain('bytes in');
    expect(JSON.parse(await readFile(target, 'utf8'))).to.include({ customerId: jana });
    const pdf = path.join(directory, 'jana.pdf');
    await json(['personal-data', 'read', made.exportId, pdf, '--format', 'pdf']);
    expect((await readFile(pdf)).subarray(0, 5).toString()).to.equal('%PDF-');
    // What is there is not written over.
    expect((await run(['personal-data', 'read', made.exportId, pdf])).code).to.equal(2);
    expect((await run(['personal-data', 'read', 'pde_none', path.join(directory, 'none')])).code).to.equal(1);
    expect((await run(['personal-data', 'reads', jana])).code).to.equal(0);
  });

  it('keeps requests to be erased: writes down, lists, shows, rejects, carries out', async () => {
    expect((await run(['erasure', 'show', jana])).stderr).to.contain('ERASURE_NOT_REQUESTED');
    expect((await run(['erasure', 'request', jana])).stdout).to.match(/state +requested/);
    expect((await run(['erasure', 'list', '--open'])).stdout).to.contain(jana);
    const rejected = await run(['erasure', 'reject', jana, '--because', 'legal-hold']);
    expect(rejected.stdout).to.match(/because +legal-hold/);
    expect((await run(['erasure', 'list', '--open'])).stdout).to.not.contain(jana);
    expect((await run(['erasure', 'show', jana])).stdout).to.contain('books-of-account');
    const petr = await person('Petr');
    expect(await approved('staff:compliance,auditor', 'erasure', 'carry-out', petr)).to.match(/erased +20/);
    expect((await run(['customer', 'get', petr])).code).to.equal(0);
  });

  it('lists for how long notices are kept, and changes it once another has approved', async () => {
    const list = ['delivery', 'retention', 'list'];
    const { policies } = await json<{ policies: { policy: { classes: { keepMonths: number }[] } }[] }>(list);
    const classes = policies[0]?.policy.classes.map((one) => ({ ...one, keepMonths: 48 }));
    const policy = await file('policy.json', { classes });
    const set = ['delivery', 'retention', 'set', policy, '--base-version', '0'];
    expect(await approved('staff:compliance,auditor', ...set)).to.contain('48 months');
    expect((await run(list)).stdout).to.match(/1 .*48 months[\s\S]*from the beginning/);
    expect((await run(set)).code).to.equal(1);
  });

  it('keeps what customers ask: takes, lists, writes, assigns, answers, opens again', async () => {
    const open = [
      'request',
      'open',
      jana,
      'A payment',
      'It came late.',
      '--kind',
      'complaint',
      '--category',
      'payment',
    ];
    const { serviceRequest } = await json<{ serviceRequest: { serviceRequestId: string } }>(open);
    const id = serviceRequest.serviceRequestId;
    expect((await run(['request', 'assign', id, 'stf_eva'])).stdout).to.match(/in-progress +stf_eva/);
    const write = ['request', 'write', id, 'Which payment?', '--awaits-customer'];
    expect((await run(write)).stdout).to.contain('waiting-for-customer');
    const own = ['--as', `customer:${jana}`];
    expect((await run(['request', 'write', id, 'That of May.', ...own])).stdout).to.contain('in-progress');
    expect((await run(['request', 'messages', jana, '--request', id])).stdout).to.contain('Which payment?');
    expect((await run(['request', 'resolve', id, 'We are sorry.'])).stdout).to.contain('resolved');
    expect((await run(['request', 'reopen', id, 'Not so.', ...own])).stdout).to.contain('in-progress');
    expect((await run(['request', 'list', '--customer', jana, '--kind', 'complaint'])).stdout).to.contain(id);
    expect((await run(['request', 'list', '--late'])).stdout).to.not.contain(id);
    const want = ['request', 'want', jana, 'acc_none', '--product', 'cheque-book'];
    const { serviceRequest: wish } = await json<{ serviceRequest: { serviceRequestId: string } }>(want);
    const approve = ['request', 'approve', wish.serviceRequestId];
    expect(await approved('staff:back-office,auditor', ...approve)).to.contain('product');
    const praise = ['request', 'open', jana, 'Thanks', 'All is well.', '--kind', 'feedback', '--rating'];
    expect((await run([...praise, '5'])).stdout).to.contain('resolved');
    expect((await run([...praise, '6'])).code).to.equal(2);
  });

  it('lists, refuses and takes back what waits for signatures, and has who signs prove it', async () => {
    const eva = await person('Eva');
    const holders = ['--type', 'joint', '--holder', jana, '--holder', eva];
    const open = ['account', 'open', '--product', 'prd_current_czk', ...holders];
    const { accountId } = (await json<{ account: { accountId: string } }>(open)).account;
    const rules = await file('mandate.json', {
      signatories: [jana, eva].map((customerId) => ({ customerId, role: 'SIGNATORY_ROLE_SIGNER' })),
      rules: [{ action: 'MANDATE_ACTION_CLOSE', requirements: [{ count: 0 }] }],
    });
    await approved('staff:branch-manager', 'mandate', 'set', accountId, '--rules', rules, '--as', 'staff:back-office');
    const asked = async () =>
      (await json<{ signatureRequestId: string }>(['account', 'close', accountId, '--as', `customer:${jana}`]))
        .signatureRequestId;
    const first = await asked();
    expect((await run(['signature', 'list', '--account', accountId, '--state', 'open'])).stdout).to.contain(first);
    const evas = ['--as', `customer:${eva}`];
    expect((await run(['signature', 'sign', first, ...evas])).stderr).to.contain('STEP_UP_UNAVAILABLE');
    expect((await run(['signature', 'refuse', first, ...evas])).stdout).to.match(/refused/);
    const second = await asked();
    expect((await run(['signature', 'withdraw', second, ...evas])).stderr).to.contain('MAKER_REQUIRED');
    expect((await run(['signature', 'withdraw', second, '--as', `customer:${jana}`])).stdout).to.match(/withdrawn/);
  });
});
