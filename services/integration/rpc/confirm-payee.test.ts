import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { continueTrace } from '#chassis/trace.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { type Simulator, startSimulator } from '../../../tools/scheme-simulator/server.ts';
import { integration } from '../service.ts';

const IBAN = 'DE89370400440532013000';

describe('ConfirmPayee of integration', function confirmPayee() {
  this.timeout(120_000);
  let simulator: Simulator;
  const bank = useService(integration, async () => {
    simulator = await startSimulator();
    return { environment: { SCHEME_URL: simulator.url } };
  });
  after(() => simulator.stop());

  const asked = async (name: string) => {
    const request = { payeeConfirmationId: 'pcf_1', iban: IBAN, name };
    // So late that what is waited for here is the five seconds.
    const on = { deadline: Date.now() + 30_000, trace: continueTrace(undefined) };
    const { nameMatch, matchedName } = await bank.as('transaction').confirmPayee(request, on);
    return [nameMatch, matchedName];
  };

  it('answers what the other bank says, and that nobody says where none does', async () => {
    expect(await asked('Erika Mustermann')).to.deep.equal([NameMatch.MTCH, '']);
    expect(await asked('CLOSE Erika Mustermann')).to.deep.equal([NameMatch.CMTC, 'Erika Mustermann']);
    expect(await asked('OTHER')).to.deep.equal([NameMatch.NMTC, '']);
    expect(await asked('UNKNOWN')).to.deep.equal([NameMatch.NOAP, '']);
    expect(await asked('DEAF')).to.deep.equal([NameMatch.NOAP, '']);
    expect(await asked('BUSY')).to.deep.equal([NameMatch.NOAP, '']);
    const officer = bank.asPrincipal(staff('BACK_OFFICE'));
    const { schemeExchanges } = await officer.listSchemeExchanges({});
    expect(schemeExchanges.map(({ messageName, messageIdentification: id }) => `${messageName} ${id}`)).to.deep.equal(
      Array.from({ length: 6 }, () => 'verification-of-payee pcf_1'),
    );
    await officer.suspendScheme({ requestId: 'suspend', reason: 'a test' });
    expect(await asked('Erika Mustermann')).to.deep.equal([NameMatch.NOAP, '']);
  });

  it('keeps nobody waiting for longer because many ask at once', async () => {
    await bank.asPrincipal(staff('BACK_OFFICE')).resumeScheme({ requestId: 'resume' });
    // Eight at a time, of two seconds each: all of them would take eight.
    const answers = await Promise.all(Array.from({ length: 32 }, () => asked('SLOW')));
    expect(answers.map(([nameMatch]) => nameMatch)).to.include(NameMatch.NOAP);
  });
});
