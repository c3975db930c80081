// The people and the business of the sample, all made up.

/** client_id, birth_date, sex, district_id, given_name, family_name */
export const CLIENTS: readonly (readonly string[])[] = [
  ['900001', '1984-06-11', 'F', '1', 'Jana', 'Nováková'],
  ['900002', '1981-02-27', 'M', '1', 'Petr', 'Novák'],
  ['900003', '1990-09-03', 'M', '54', 'Tomáš', 'Svoboda'],
  ['900004', '1992-12-19', 'F', '54', 'Eva', 'Svobodová'],
  ['900005', '1951-04-30', 'F', '19', 'Marie', 'Dvořáková'],
  ['900006', '2004-08-15', 'M', '1', 'Lukáš', 'Horák'],
  ['900007', '1979-01-08', 'F', '54', 'Alena', 'Kučerová'],
];

/** client_id, legal_name, registration_date, district_id */
export const ORGANISATIONS: readonly (readonly string[])[] = [['900008', 'Pekárna U Mostu s.r.o.', '2019-03-04', '54']];

/** account_id, district_id, statement_frequency, opened_on */
export const ACCOUNTS: readonly (readonly string[])[] = [
  ['900001', '1', 'monthly issuance', '2025-11-01'],
  ['900002', '54', 'monthly issuance', '2025-11-01'],
  ['900003', '19', 'issuance after transaction', '2025-11-01'],
  ['900004', '1', 'monthly issuance', '2025-11-01'],
  ['900005', '54', 'monthly issuance', '2025-11-01'],
  ['900006', '54', 'weekly issuance', '2025-11-01'],
  ['900007', '54', 'monthly issuance', '2026-10-30'],
];

/** disposition_id, client_id, account_id, type */
export const DISPOSITIONS: readonly (readonly string[])[] = [
  ['900001', '900001', '900001', 'OWNER'],
  ['900002', '900002', '900001', 'OWNER'],
  ['900003', '900003', '900002', 'OWNER'],
  ['900004', '900004', '900002', 'DISPONENT'],
  ['900005', '900005', '900003', 'OWNER'],
  ['900006', '900006', '900004', 'OWNER'],
  ['900007', '900007', '900005', 'OWNER'],
  ['900008', '900008', '900006', 'OWNER'],
  ['900009', '900007', '900006', 'DISPONENT'],
  ['900010', '900004', '900007', 'OWNER'],
];
