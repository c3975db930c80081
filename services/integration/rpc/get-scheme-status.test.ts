import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('GetSchemeStatus', () => {
  const bank = useService(integration);

  it('counts what waits and what nobody could deal with, and says when the scheme answered last', async () => {
    await bank.database.query(`insert into dead_message (digest, reason, content) values ('d', 'XML_MALFORMED', '')`);
    await bank.database.query(
      `insert into scheme_exchange (outgoing, message_name, message_identification, outcome, http_status, content_digest,
        duration_ms) values (true, 'pacs.008.001.09', 'M1', 'TAKEN', 202, 'd', 1)`,
    );
    const { schemeStatus } = await bank.asPrincipal(staff('AUDITOR')).getSchemeStatus({});
    const { suspended, circuitOpen, queuedCount, deadCount, lastAnswerTime } = schemeStatus ?? {};
    expect([suspended, circuitOpen, queuedCount, deadCount]).to.deep.equal([false, false, 0, 1]);
    expect(lastAnswerTime).to.not.equal(undefined);
  });
});
