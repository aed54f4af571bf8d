import { readHttpStatus, readSmtpFailure, type SmtpFailure, withoutAddresses } from './delivery.js';

const failure = (given: Partial<SmtpFailure>): SmtpFailure => ({
  dataStarted: false,
  command: null,
  code: null,
  malformed: false,
  text: '',
  ...given,
});

describe('what a failed SMTP conversation means', () => {
  it.each<[string, Partial<SmtpFailure>, string]>([
    ['a refused connection', { text: 'connect ECONNREFUSED' }, 'not_sent'],
    ['a greeting that refuses us', { command: 'CONN', code: 554, text: '554 no' }, 'not_sent'],
    ['a wrong password', { command: 'AUTH PLAIN', code: 535, text: '535 5.7.8 bad' }, 'not_sent'],
    ['a busy recipient', { command: 'RCPT TO', code: 450, text: '450 4.2.1 later' }, 'not_sent'],
    [
      '4xx after the whole mail',
      { command: 'DATA', code: 451, dataStarted: true, text: '451 4.3.0' },
      'not_sent',
    ],
    [
      '5xx after the whole mail',
      { command: 'DATA', code: 554, dataStarted: true, text: '554 5.7.1 spam' },
      'refused',
    ],
    [
      'a sender it does not know',
      { command: 'MAIL FROM', code: 530, text: '530 5.7.0 log in first' },
      'not_sent',
    ],
    [
      'a sender it does not want',
      { command: 'MAIL FROM', code: 550, text: '550 5.7.1 not from you' },
      'not_sent',
    ],
    [
      'a log-in asked for late',
      { command: 'RCPT TO', code: 530, text: '530 5.7.0 log in first' },
      'not_sent',
    ],
    ['a mail too large', { command: 'MAIL FROM', code: 552, text: '552 5.3.4 too large' }, 'refused'],
    ['silence before the mail', { text: 'Timeout' }, 'not_sent'],
    ['silence after the mail', { dataStarted: true, text: 'Timeout' }, 'unknown'],
    ['an envelope nobody can send', { malformed: true, text: 'Invalid recipient' }, 'refused'],
  ])('%s: %s', (_name, given, outcome) => {
    expect(readSmtpFailure(failure(given)).outcome).toBe(outcome);
  });

  it.each([
    ['550 5.1.1 no such user', true],
    ['550 no such user here', false],
    ['553 5.1.3 bad syntax', true],
    ['550 5.7.1 blocked by policy', false],
    ['552 5.2.2 mailbox full', false],
    ['554 rejected', false],
  ])('%s: hard bounce %s', (text, hardBounce) => {
    const code = Number(text.slice(0, 3));
    expect(readSmtpFailure(failure({ command: 'RCPT TO', code, text }))).toMatchObject({ hardBounce });
  });
});

describe('what a webhook receiver’s answer means', () => {
  it.each([
    [204, 'sent'],
    [302, 'refused'],
    [404, 'refused'],
    [429, 'not_sent'],
    [503, 'not_sent'],
  ])('%i: %s', (status, outcome) => {
    expect(readHttpStatus(status).outcome).toBe(outcome);
  });
});

describe('what is kept of a server’s words', () => {
  it.each([
    ['450 4.2.1 <ada.lovelace@example.com>: greylisted', '450 4.2.1 <(address)>: greylisted'],
    [
      '550 see https://mx.example.net/?to=ada.lovelace%40example.com',
      '550 see https://mx.example.net/?to=(address)',
    ],
    ['550 user Ada.Lovelace unknown', '550 user (mailbox) unknown'],
    ['451 relayed for other+tag@example.org', '451 relayed for (address)'],
    ['421 4.7.0 try again later', '421 4.7.0 try again later'],
  ])('%s', (said, kept) => {
    expect(withoutAddresses(said, 'ada.lovelace@example.com')).toBe(kept);
  });
});
