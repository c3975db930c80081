import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { HoldStepKind } from '#gen/bank/ledger/v1/hold_pb.ts';
import { refusedStepLeaf, stepLeaf } from '../domain/leaf.ts';
import { useLedger } from '../testing.ts';
import { holdsOf } from '../testing-holds.ts';

describe('ListHoldSteps', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));
  let id: string;
  let journalId: string;

  before('a hold that is extended, captured in part and released, and a release that is refused', async () => {
    id = await holds.placed(await bank.funded('30.00'), await bank.open(), '9.00');
    await holds.extend(id, Date.now() + 7_200_000, 'later');
    journalId = (await holds.capture(id, '4.00')).journal?.journalId ?? '';
    await holds.release(id, 'first');
    await refused(holds.release(id, 'second'), 'HOLD_RELEASED');
  });

  it('lists what happened to a hold, each with the hold as it left it, and what was refused', async () => {
    const { holdSteps, refusedHoldSteps } = await auditor().listHoldSteps({});
    expect(
      holdSteps.map(({ hold, kind, key, capturedAmount, heldChange, journalId: journal }) => [
        hold?.holdId === id && hold.version,
        kind,
        key,
        [capturedAmount?.amount, heldChange?.amount, hold?.held?.amount],
        journal,
      ]),
    ).to.deep.equal([
      [1n, HoldStepKind.PLACE, id, [undefined, '9.00', '9.00'], ''],
      [2n, HoldStepKind.EXTEND, 'extend/transaction/later', [undefined, '0.00', '9.00'], ''],
      [3n, HoldStepKind.CAPTURE, '', ['4.00', '-4.00', '5.00'], journalId],
      [4n, HoldStepKind.RELEASE, 'release/transaction/first', [undefined, '-5.00', '0.00'], ''],
    ]);
    expect(refusedHoldSteps.map(({ kind, key, refusal }) => [kind, key, refusal?.detail?.reason])).to.deep.equal([
      [HoldStepKind.RELEASE, 'release/transaction/second', 'HOLD_RELEASED'],
    ]);
  });

  it('shows of each all that is hashed into its block, at its place', async () => {
    const { holdSteps, refusedHoldSteps } = await auditor().listHoldSteps({});
    const { blocks } = await auditor().listBlocks({});
    const leaves = new Map(
      blocks.flatMap(({ header, leaves: bytes }) =>
        Array.from({ length: header?.leafCount ?? 0 }, (_, at) => [
          `${header?.height}/${(header?.firstPosition ?? 0n) + BigInt(at)}`,
          Buffer.from(bytes.subarray(32 * at, 32 * at + 32)),
        ]),
      ),
    );
    for (const [{ place }, leaf] of [
      ...holdSteps.map((one) => [one, stepLeaf(one)] as const),
      ...refusedHoldSteps.map((one) => [one, refusedStepLeaf(one)] as const),
    ]) {
      expect(leaves.get(`${place?.height}/${place?.position}`)).to.deep.equal(leaf);
    }
  });

  it('goes on page by page, and later from where it stopped', async () => {
    const first = await auditor().listHoldSteps({ pageSize: 2 });
    const rest = await auditor().listHoldSteps({ pageToken: first.nextPageToken });
    expect([first.holdSteps.length, rest.holdSteps.length, rest.refusedHoldSteps.length]).to.deep.equal([2, 2, 1]);
    expect(rest.nextPageToken).to.equal('');
    await holds.release(await holds.placed(await bank.funded('1.00'), await bank.open(), '1.00'));
    const { holdSteps } = await auditor().listHoldSteps({ pageToken: rest.resumePageToken });
    expect(holdSteps.map(({ hold }) => hold?.version)).to.deep.equal([1n, 2n]);
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listHoldSteps({}), 'CALLER_NOT_ALLOWED');
    const { resumePageToken } = await auditor().listBlocks({});
    await refused(auditor().listHoldSteps({ pageToken: resumePageToken }), 'PAGE_TOKEN_INVALID');
  });
});
