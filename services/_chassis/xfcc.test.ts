import { expect } from 'chai';
import fc from 'fast-check';
import { lastUri } from './xfcc.ts';

const EDGE = 'spiffe://bank/ns/bank/sa/edge';
const LEDGER = 'spiffe://bank/ns/bank/sa/ledger';

describe('x-forwarded-client-cert', () => {
  const read: [what: string, header: string, uri: string | undefined][] = [
    ['one element', `By=${LEDGER};Hash=ab12;Subject="";URI=${EDGE}`, EDGE],
    ['the last of several elements', `By=${LEDGER};URI=${LEDGER},By=${LEDGER};URI=${EDGE}`, EDGE],
    ['a forged first element', `URI=${LEDGER},Hash=00;URI=${EDGE}`, EDGE],
    ['no element of its own after a forged one', `URI=${LEDGER},Hash=00`, undefined],
    ['keys in any case', `by=x;uri=${EDGE}`, EDGE],
    ['a quoted URI', `URI="${EDGE}"`, EDGE],
    ['commas and semicolons in quotes', `Subject="CN=a,O=b;URI=${LEDGER}";URI=${EDGE}`, EDGE],
    ['an element inside a quoted subject', `URI=${EDGE};Subject="x,URI=${LEDGER}"`, EDGE],
    ['escaped quotes', `Subject="a\\",URI=${LEDGER},\\"";URI=${EDGE}`, EDGE],
    ['a backslash before the closing quote', `URI=${EDGE};Subject="a\\\\"`, EDGE],
    ['several DNS names', `DNS=a;DNS=b;URI=${EDGE}`, EDGE],
    ['space after a comma', `URI=${LEDGER}, URI=${EDGE}`, EDGE],
    ['two URIs', `URI=${EDGE};URI=${LEDGER}`, undefined],
    ['the same URI twice', `URI=${EDGE};URI=${EDGE}`, undefined],
    ['no URI', 'By=x;Hash=ab', undefined],
    ['nothing', '', undefined],
    ['a quote that is never closed', `URI=${EDGE};Subject="a`, undefined],
    ['a quote that an escape keeps open', `Subject="a\\";URI=${EDGE}`, undefined],
    ['text after a quote', `URI="${EDGE}"x`, undefined],
    ['a quote inside a bare value', `URI=${EDGE}";Subject=""`, undefined],
    ['an equals sign in a bare value', `URI=${EDGE}=x`, undefined],
    ['a comma at the end', `URI=${EDGE},`, undefined],
    ['a semicolon at the end', `URI=${EDGE};`, undefined],
    ['an empty element between', `URI=${LEDGER},,URI=${EDGE}`, undefined],
    ['a value without a key', `=${EDGE}`, undefined],
    ['a broken element before a good one', `Subject="a"b,URI=${EDGE}`, undefined],
  ];
  for (const [what, header, uri] of read) {
    it(`with ${what} names ${uri ?? 'nobody'}`, () => {
      expect(lastUri(header)).to.equal(uri);
    });
  }

  it('names whom the sidecar appended, whatever stood before, or nobody', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('"', '\\', ',', ';', '=', ' ', 'URI', 'By', LEDGER, '\0', '\u00ff'),
    });
    fc.assert(
      fc.property(hostile, (before) => {
        expect(lastUri(`${before},By=${LEDGER};URI=${EDGE}`)).to.be.oneOf([EDGE, undefined]);
      }),
    );
  });
});
