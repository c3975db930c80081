import { expect } from 'chai';
import fc from 'fast-check';
import { FIELDS } from './fields.ts';
import { fieldsOf, framed, Iso8583Error, readIso8583, unframed, writeIso8583 } from './message.ts';

describe('Messages of ISO 8583', () => {
  // Bitmaps as the encyclopedias explain them.
  for (const [bitmap, fields] of [
    ['4210001102C04804', [2, 7, 12, 28, 32, 39, 41, 42, 50, 53, 62]],
    ['7234054128C28805', [2, 3, 4, 7, 11, 12, 14, 22, 24, 26, 32, 35, 37, 41, 42, 47, 49, 53, 62, 64]],
    ['8000000000000001', [1, 64]],
    ['00000000000000000000000000000003', [127, 128]],
  ] as const)
    it(`have the elements that the bitmap ${bitmap} names`, () => {
      expect(fieldsOf(bitmap)).to.deep.equal(fields);
    });

  it('are written and read: the echo of a network', () => {
    const echo = { type: '0800', fields: { 7: '1128093000', 11: '000042', 70: '301' } };
    const text = '0800822000000000000004000000000000001128093000000042301';
    expect(Buffer.from(writeIso8583(echo)).toString()).to.equal(text);
    expect(readIso8583(Buffer.from(text))).to.deep.equal(echo);
  });

  it('keep whatever stands in their elements', () => {
    const seed = Date.now();
    const characters = { n: /^[0-9]$/, an: /^[0-9A-Za-z]$/, ans: /^[\x21-\x7e]$/ };
    const fields = fc.record(
      Object.fromEntries(
        Object.entries(FIELDS).map(([number, { kind, length, counted }]) => [
          number,
          fc
            .array(fc.stringMatching(characters[kind]), {
              minLength: counted ? 1 : length,
              maxLength: Math.min(length, 60),
            })
            .map((parts) => parts.join('')),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (some) => {
        const message = { type: '0100', fields: { ...some } as Record<number, string> };
        expect(readIso8583(writeIso8583(message))).to.deep.equal(message);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('are refused whatever bytes come, and never crash their reader', () => {
    const seed = Date.now();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          readIso8583(bytes);
        } catch (error) {
          expect(error, String(seed)).to.be.instanceOf(Iso8583Error);
        }
      }),
      { seed, numRuns: 300 },
    );
    expect(() => readIso8583(Buffer.from('01004000000000000000994111111111111111'))).to.throw(
      Iso8583Error,
      'element 2',
    );
  });

  it('come out of a stream as they went in, wherever it is cut', () => {
    const messages = [1, 2, 3].map((n) => ({ type: '0800', fields: { 11: `00000${n}`, 70: '301' } }));
    const stream = Buffer.concat(messages.map(framed));
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const first = unframed(stream.subarray(0, cut));
      const second = unframed(Buffer.concat([first.rest, stream.subarray(cut)]));
      expect([...first.frames, ...second.frames].map(readIso8583)).to.deep.equal(messages);
      expect(second.rest.length).to.equal(0);
    }
  });
});
