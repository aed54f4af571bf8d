import { type MjmlNode } from 'mjml';
import { type Block } from './draft.js';
import { MailShapes } from './mail-shapes.js';
import { type EmailParts, emailDocument, layOut } from './render-email.js';

const brand = {
  name: 'Linden & Söhne',
  postalAddress: 'Linden GmbH\nAm Markt 1\n20095 Hamburg',
  website: 'https://www.example.com',
  linkHosts: ['www.example.com'],
};

function mail(subject: string, blocks: readonly Block[], more: Partial<EmailParts> = {}): MjmlNode {
  return emailDocument({
    subject,
    preheader: '',
    blocks,
    brand,
    recipient: 'ada@example.com',
    locale: 'en',
    marketing: true,
    trackOpens: true,
    writtenByModel: false,
    ...more,
  });
}

const text = (words: string): Block => ({ type: 'text', text: words });
const button = (words: string, url: string): Block => ({ type: 'button', text: words, url });

describe('mails of one shape', () => {
  let laid = 0;
  const counted = (document: MjmlNode): Promise<string> => {
    laid++;
    return layOut(document);
  };
  beforeEach(() => {
    laid = 0;
  });

  it('are the same bytes as each laid out by itself, and are laid out once', async () => {
    const shapes = new MailShapes(counted, 10);
    const alike = [
      mail('A', [{ type: 'heading', text: 'B' }, text('C\n\nD'), button('E', 'https://www.example.com/f')]),
      mail('Ä & <b>', [
        { type: 'heading', text: '$& cs:0:cs {{x}} <!-- --> <mj-text>' },
        text('One\ntwo\n\n   three  \n\n\n'),
        button('Now & "then"', 'https://www.example.com/?a=1&b="2"#cs:1:cs'),
      ]),
    ];
    for (const document of alike) expect(await shapes.render(document)).toBe(await layOut(document));
    expect(laid).toBe(1);
  });

  it.each([
    ['a preheader', { preheader: 'Look' }],
    ['no way out', { marketing: false }],
    ['no pixel', { trackOpens: false }],
    ['a mark', { writtenByModel: true }],
    ['another direction', { locale: 'ar' }],
    ['another colour', { brand: { ...brand, accent: '#aa0000' } }],
  ])('are told apart from those with %s', async (_what, more) => {
    const shapes = new MailShapes(counted, 10);
    const blocks: Block[] = [{ type: 'list', items: ['one', 'two'] }, text('three'), button('four', '')];
    for (const document of [mail('S', blocks), mail('S', blocks, more)])
      expect(await shapes.render(document)).toBe(await layOut(document));
  });

  it('are laid out once for all who ask meanwhile, and again after that failed', async () => {
    let fails = true;
    const shapes = new MailShapes((document) => {
      laid++;
      return fails ? Promise.reject(new Error('no')) : layOut(document);
    }, 10);
    const ask = () => Promise.allSettled([shapes.render(mail('A', [])), shapes.render(mail('B', []))]);
    expect((await ask()).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(laid).toBe(1);
    fails = false;
    expect((await ask()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(laid).toBe(2);
  });

  it('are forgotten when they were not used for longest', async () => {
    const shapes = new MailShapes(counted, 2);
    const [one, two, three] = [1, 2, 3].map((n) =>
      mail(
        'S',
        Array.from({ length: n }, () => text('T')),
      ),
    );
    for (const document of [one, two, one, three, one])
      if (document !== undefined) await shapes.render(document);
    expect(laid).toBe(3);
    if (two !== undefined) await shapes.render(two);
    expect(laid).toBe(4);
  });
});
