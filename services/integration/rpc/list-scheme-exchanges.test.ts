import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('ListSchemeExchanges', () => {
  const bank = useService(integration);

  it('lists exchanges, newest first and in pages', async () => {
    await bank.database.query(
      `insert into scheme_exchange (outgoing, message_name, message_identification, outcome, http_status, content_digest,
        duration_ms) select true, 'pacs.008.001.09', 'M' || n, 'TAKEN', 202, 'd', 1 from generate_series(1, 3) n`,
    );
    const client = bank.asPrincipal(staff('BACK_OFFICE'));
    const first = await client.listSchemeExchanges({ pageSize: 2 });
    const rest = await client.listSchemeExchanges({ pageSize: 2, pageToken: first.nextPageToken });
    const all = [...first.schemeExchanges, ...rest.schemeExchanges];
    expect(all.map(({ messageIdentification }) => messageIdentification)).to.deep.equal(['M3', 'M2', 'M1']);
    expect(rest.nextPageToken).to.equal('');
    await refused(client.listSchemeExchanges({ pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
