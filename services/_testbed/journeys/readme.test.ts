// The commands of the README's first transfer, run by bash as they stand there, so that the README stays true.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { checkoutRoot } from '../../../tools/platform/paths.ts';
import { textAt } from './counter.ts';
import { refusalInJson } from './doors.ts';
import { onPath, useJourney } from './journey.ts';

const run = promisify(execFile);

describe("The README's first transfer", function theReadme() {
  this.timeout(60_000);
  const journey = useJourney();
  let home = '';
  let blocks: string[] = [];

  before(async function needsCurl() {
    if (!onPath('bash') || !onPath('curl')) this.skip();
    home = await mkdtemp(path.join(tmpdir(), 'corebank-readme-'));
    blocks = codeBlocks(await readFile(path.join(checkoutRoot(), 'README.md'), 'utf8'), 'A first transfer');
  });
  after(async () => {
    if (home) await rm(home, { recursive: true, force: true });
  });

  /** Runs commands where the README says to, but against this bank. Every call of the README may be made again. */
  async function bash(...commands: string[]): Promise<{ lines: string[]; all: string }> {
    const { httpPort, url } = journey.bank().edge;
    const script = commands.join('\n').replaceAll('localhost:8080', `127.0.0.1:${httpPort}`);
    const env = { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: home, COREBANK_EDGE: url };
    const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: checkoutRoot(), env });
    return { lines: stdout.trimEnd().split('\n'), all: stdout };
  }

  const answers = (lines: readonly string[]): JsonObject[] => lines.map((line) => JSON.parse(line) as JsonObject);

  it('goes as it says', async () => {
    expect(blocks).to.have.length(4);
    const [registering = '', opening = '', paying = '', byCommand = ''] = blocks;
    const customers = answers((await bash(registering)).lines).map((one) => textAt(one, 'customer', 'customerId'));
    expect(customers).to.have.length(2);
    const ids = `JANA=${customers[0]}; PETR=${customers[1]}`;

    // The first block again: it gives the token and the functions, and registers nobody anew.
    const accounts = answers((await bash(registering, ids, opening)).lines.slice(2)).map((one) =>
      textAt(one, 'account', 'accountId'),
    );
    expect(accounts).to.have.length(2);
    const more = `FROM=${accounts[0]}; TO=${accounts[1]}`;

    const paid = await bash(registering, ids, more, paying);
    const [, transfer = ''] = paid.lines.slice(2);
    expect(textAt(JSON.parse(transfer), 'transaction', 'state')).to.equal('TRANSACTION_STATE_POSTED');
    const again = await bash(registering, ids, more, paying);
    expect(again.lines.slice(2)).to.deep.equal(paid.lines.slice(2));

    const tooMuch = paying.replace('"amount":"250.00"', '"amount":"2000.00"').replace('first-6', 'first-7');
    const [, refused = ''] = (await bash(registering, ids, more, tooMuch)).lines.slice(2);
    expect(refusalInJson(refused).reason).to.equal('INSUFFICIENT_FUNDS');

    const told = (await bash(more, byCommand)).all;
    expect(told).to.include('740.00');
  });
});

/** The indented code blocks of a section of a text in Markdown. */
function codeBlocks(text: string, heading: string): string[] {
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split(/\n(?=\S)/)
    .map((paragraph) =>
      paragraph
        .split('\n')
        .filter((line) => line.startsWith('    ') || line === '')
        .map((line) => line.slice(4))
        .join('\n')
        .trim(),
    )
    .filter((block) => block !== '');
}
