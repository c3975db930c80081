import { create, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { toBinaries } from './encode.ts';

describe('Messages that are encoded together', () => {
  it('are each as they would be alone', () => {
    const messages = [0, 1, 127, 128, 20_000].map((length, index) =>
      create(EventEnvelopeSchema, {
        eventId: `evt_${index}`.slice(0, length),
        aggregateSequence: BigInt(length),
        occurTime: { seconds: BigInt(length), nanos: 1 },
        payload: new Uint8Array(length).fill(index),
      }),
    );
    messages.push(create(EventEnvelopeSchema));
    const encoded = toBinaries(EventEnvelopeSchema, messages);
    messages.forEach((message, index) => {
      const alone = toBinary(EventEnvelopeSchema, message);
      expect(encoded.of(index)).to.deep.equal(alone);
      const start = encoded.starts[index] ?? 0;
      expect(encoded.bytes.subarray(start, start + (encoded.lengths[index] ?? 0))).to.deep.equal(alone);
    });
  });

  it('are none where there are none', () => {
    expect(toBinaries(EventEnvelopeSchema, [])).to.deep.include({ starts: [], lengths: [] });
  });
});
