import { expect } from 'chai';
import { makeLog } from '#chassis/log.ts';
import { continueTrace } from '#chassis/trace.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { payeeNamesOf } from './payee-names.ts';

describe('Whose an account of another bank is', () => {
  it('is not waited for until there is no time left to say that nobody says', async () => {
    const deadlines: number[] = [];
    const integration = {
      confirmPayee: async (_: object, on: { readonly deadline: number }) => {
        deadlines.push(on.deadline);
        throw new Error('it was waited for in vain');
      },
    };
    const names = payeeNamesOf(undefined as never, undefined as never, integration as never);
    const deadline = Date.now() + 5_000;
    const on = { deadline, trace: continueTrace(undefined), log: makeLog('test', 'silent') };
    const asked = { id: 'pcf_1', iban: 'DE89370400440532013000', name: 'Erika Mustermann' };
    expect(await names.ofOthers(asked, on)).to.deep.equal({ nameMatch: NameMatch.NOAP, matchedName: '' });
    expect(deadlines).to.deep.equal([deadline - 1_500]);
  });
});
