import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { useAudit } from '../testing.ts';

describe('AddCaseNote', () => {
  const { bank, auditor, denied } = useAudit();
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('writes down what somebody says, once, in no clear words, until there is enough', async () => {
    const { caseId } = await denied('cus_jana');
    const request = { requestId: randomUUID(), caseId, text: 'Called Novotná; she knows of it' };
    const { note } = await officer().addCaseNote(request);
    expect(note).to.deep.include({ noteNumber: 1, authorId: 'stf_compliance', text: request.text });
    expect((await officer().addCaseNote(request)).note).to.deep.equal(note);
    const [row] = await bank.database.query<{ sealed: Buffer }>('select text_sealed as sealed from case_note');
    expect(row?.sealed.includes('Novotn')).to.equal(false);
    const another = (text: string) => officer().addCaseNote({ requestId: randomUUID(), caseId, text });
    await Promise.all(Array.from({ length: 99 }, (_, index) => another(`Note ${index}`)));
    await refused(officer().addCaseNote({ ...request, requestId: randomUUID() }), 'CASE_NOTES_EXCEEDED');
    expect((await auditor().getCase({ caseId })).notes).to.have.length(100);
  });

  it('is of a case that there is, not about the caller, and for compliance', async () => {
    const { caseId } = await denied('stf_compliance');
    const note = { requestId: randomUUID(), caseId, text: 'It was me' };
    await refused(officer().addCaseNote(note), 'CASE_SUBJECT_NOT_ALLOWED');
    await refused(officer().addCaseNote({ ...note, requestId: randomUUID(), caseId: 'cse_none' }), 'CASE_NOT_FOUND');
    await refused(officer().addCaseNote({ ...note, requestId: randomUUID(), text: '' }), 'REQUEST_INVALID');
    await refused(auditor().addCaseNote(note), 'CALLER_NOT_ALLOWED');
  });
});
