import { expect } from 'chai';
import type { Command } from 'commander';
import { Exit } from './failure.ts';
import { makeProgram } from './program.ts';
import { useBankctl } from './testing.ts';

/** What stands for a number in the line of a command, where its description does not say otherwise. */
const NUMBERS = ['n', 'number', 'numbers', 'count', 'leaves', 'drawer', 'notice', 'seconds'];
/** Numbers of something that has letters: a telephone, a passport. */
const WRITTEN = ['--phone', '--identifier'];

/** The numbers that a command and those below it take, and how each is read. */
function numbersOf(
  command: Command,
): { where: string; read: ((text: string, before: never) => unknown) | undefined }[] {
  const isNumber = (name: string) => NUMBERS.includes(name);
  const options = command.options
    .filter(({ flags, long }) => isNumber(/<([a-z]+)>/.exec(flags)?.[1] ?? '') && !WRITTEN.includes(long ?? ''))
    .map(({ long, parseArg }) => ({ where: `${command.name()} ${long}`, read: parseArg }));
  const args = command.registeredArguments
    .filter((argument) => isNumber(argument.name()))
    .map((argument) => ({ where: `${command.name()} <${argument.name()}>`, read: argument.parseArg }));
  return [...options, ...args, ...command.commands.flatMap(numbersOf)];
}

describe('A number on the command line', () => {
  // Nothing listens there: what is wrong is said before anybody is asked.
  const { run } = useBankctl(() => 'http://127.0.0.1:1');

  it('is refused with a sentence wherever it is none', () => {
    const lenient = numbersOf(makeProgram(() => undefined)).filter(({ read }) => {
      try {
        read?.('seven', undefined as never);
        return true;
      } catch (error) {
        return !String(error).includes('seven') && !String(error).includes('Write ');
      }
    });
    // Theirs is read by the command, as the next test has it.
    expect(lenient.map(({ where }) => where)).to.deep.equal(['get --version', 'get --version', 'get <number>']);
  });

  it('is so too where a command reads it out of something longer', async () => {
    for (const [line, says] of [
      ['till close til_1 --count 2000.00=three', '2000.00=three says not how many'],
      ['cheque tell acc_1 --cheque seven=10.00', 'seven=10.00 names no cheque'],
      ['reconciliation resolve 3,x', 'x is no number'],
      ['calendar get CZ soon', 'soon is no whole number'],
      ['calendar get CZ 2026 --version new', 'new is no whole number'],
      ['product get prd_1 --version new', 'new is no version'],
      ['product migrate prd_1 new 2027-01-01', 'new is no number'],
      ['statement get acc_1 first', 'first is no number of a statement'],
    ] as const) {
      const { code, stderr } = await run(line.split(' '));
      expect(stderr, line).to.include(says);
      expect(code, line).to.equal(Exit.USAGE);
    }
  });
});
