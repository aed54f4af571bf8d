import { createTransport } from 'nodemailer';
import { readMail } from './read-mail.js';

async function write(mail: Record<string, unknown>): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const sent = await transport.sendMail({ from: 'shop@example.com', to: 'mia@example.com', ...mail });
  return (sent.message as Buffer).toString('utf8');
}

describe('reading a mail that lies in the outbox', () => {
  it('finds both alternatives, with umlauts, long lines and equals signs', async () => {
    const html = `<p style="color:red">Grüße = 5 € ${'lang '.repeat(40)}</p>`;
    const mail = readMail(await write({ subject: 'Schöne Grüße', text: 'Grüße = 5 €', html }));
    expect(mail.html?.trim()).toBe(html);
    expect(mail.text?.trim()).toBe('Grüße = 5 €');
    expect(mail.headers.find(([name]) => name === 'Subject')).toEqual(['Subject', 'Schöne Grüße']);
  });

  it('unfolds long headers', async () => {
    const mail = readMail(
      await write({
        subject: 'x',
        text: 'y',
        headers: { 'List-Unsubscribe': `<https://shop.example.com/u/${'a'.repeat(90)}>` },
      }),
    );
    expect(mail.headers.find(([name]) => name === 'List-Unsubscribe')?.[1]).toBe(
      `<https://shop.example.com/u/${'a'.repeat(90)}>`,
    );
  });

  it('reads a mail without parts as its text', () => {
    expect(readMail('Subject: Hi\r\n\r\nJust words\r\n')).toEqual({
      headers: [['Subject', 'Hi']],
      html: null,
      text: 'Just words\r\n',
    });
  });

  it('reads base64', async () => {
    expect(readMail(await write({ subject: 'x', html: '<b>Ω</b>', encoding: 'base64' })).html?.trim()).toBe(
      '<b>Ω</b>',
    );
  });
});
