import fc from 'fast-check';
import { type MessageContent, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { brandSchema } from '../policies/playbook.js';
import { blocksFromText, blocksToText } from './block-text.js';
import { toContent } from './content.js';
import { matchesOf } from '../shared/matches.js';
import { type Block, type WrittenDraft } from './draft.js';
import { contentFromEdit } from './edit.js';
import { type EmailParts, renderEmail } from './render-email.js';
import { sanitiseHtml } from './sanitise-html.js';
import { visibleText } from '../risk/visible-text.js';

const brand = brandSchema.parse({
  name: 'Fernhill & Co',
  sender: { name: 'Fernhill, Bristol', email: 'hello@fernhill.example' },
  replyTo: 'care@fernhill.example',
  postalAddress: '12 Example Lane\nBristol',
  website: 'https://fernhill.example',
  linkHosts: ['fernhill.example'],
  voice: 'Calm.',
  currency: 'EUR',
  accent: '#ffd166',
});

const written: WrittenDraft = {
  kind: 'email',
  subject: 'Your cart',
  preheader: 'Still there',
  blocks: [
    { type: 'heading', text: 'Hi Ada' },
    { type: 'text', text: 'The kettle is yours.\n\nShipping is free.' },
    { type: 'list', items: ['Kettle', 'Mugs'] },
    { type: 'button', text: 'Back to my cart', url: 'https://fernhill.example/cart?a=1&b=2' },
  ],
  claims: [],
};

function content(
  changes: { class?: 'marketing' | 'transactional'; opens?: boolean; postalAddress?: string } = {},
): Promise<MessageContent> {
  return toContent(written, {
    brand: {
      ...brand,
      postalAddress: changes.postalAddress ?? brand.postalAddress,
      tracking: { clicks: true, opens: changes.opens ?? false },
    },
    channel: { id: 'email', kind: 'email', contactCost: 1, enabled: true, allowHosts: [] },
    action: { id: 'recover-cart', class: changes.class ?? 'marketing' },
    offer: null,
    recipient: 'ada@example.com',
    locale: 'en-GB',
    versions: { bundle: 'b', template: { id: 't', hash: 'h' }, prompt: null, facts: [] },
  });
}

describe('an e-mail’s content', () => {
  it('carries sender, reply address, links in order, and the same words as text', async () => {
    const email = await content();
    expect(email).toMatchObject({
      sender: '"Fernhill, Bristol" <hello@fernhill.example>',
      replyTo: 'care@fernhill.example',
      recipient: 'ada@example.com',
      links: ['https://fernhill.example/', 'https://fernhill.example/cart?a=1&b=2'],
    });
    expect(email.text).toBe(
      [
        'Hi Ada\n------\n',
        'The kettle is yours.\n\nShipping is free.\n',
        '- Kettle\n- Mugs\n',
        'Back to my cart:\nhttps://fernhill.example/cart?a=1&b=2\n',
        '-- ',
        'Sent to ada@example.com by Fernhill & Co.',
        'Fernhill & Co, 12 Example Lane, Bristol',
        `Unsubscribe: ${UNSUBSCRIBE_TOKEN}`,
        '',
      ].join('\n'),
    );
    expect(email.html).toContain('<html lang="en-GB" dir="ltr" ');
    expect(email.html).toContain('Fernhill &amp; Co, 12 Example Lane, Bristol');
  });

  it('offers a way out of marketing only, and tracks opens only where the brand does', async () => {
    expect((await content()).html).toContain(UNSUBSCRIBE_TOKEN);
    const service = await content({ class: 'transactional' });
    expect(`${service.html ?? ''}${service.text}`).not.toContain(UNSUBSCRIBE_TOKEN);
    expect(service.text).toContain('This is a service message from Fernhill & Co.');
    expect((await content()).html).not.toContain('<img');
    expect((await content({ opens: true })).html).toContain('https://countersign.invalid/open');
  });

  it('does not name the brand twice when its address begins with the name', async () => {
    const named = await content({ postalAddress: 'Fernhill & Co, 12 Example Lane' });
    expect(named.text).toContain('\nFernhill & Co, 12 Example Lane\n');
  });

  it('writes dark on a light accent', async () => {
    expect((await content()).html).toMatch(
      /background:#ffd166;color:#111111[^"]*" target="_blank"\n>\nBack to my cart/,
    );
  });
});

describe('the html of an e-mail', () => {
  const render = (changes: Partial<EmailParts> = {}) =>
    renderEmail({
      subject: 'Your cart',
      preheader: 'Still there',
      blocks: written.blocks,
      brand,
      recipient: 'ada@example.com',
      locale: 'en',
      marketing: true,
      trackOpens: true,
      writtenByModel: true,
      ...changes,
    });

  it('is the same for the same words, byte for byte, whatever was rendered before', async () => {
    const first = await render();
    await render({ subject: 'Another', locale: 'ar', brand: { ...brand, accent: '#000000' } });
    const both = await Promise.all([render(), render()]);
    expect(both).toEqual([first, first]);
  });

  it('loads nothing, follows the reader’s colours and is fluid', async () => {
    const { html } = await render();
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    expect(html).toContain('max-width:600px');
    expect(html).not.toMatch(/<link|@import|url\(|fonts\.|<script/);
    // The only address that a reader would fetch is the stand-in for opens.
    expect(html.match(/ src="[^"]*"/g)).toEqual([' src="https://countersign.invalid/open"']);
  });

  it('fits 320 px: nothing is wider than the reader, and what stands at the sides makes room', async () => {
    const { html } = await render({
      blocks: [
        { type: 'heading', text: 'Your cart' },
        { type: 'text', text: `Have a look: https://fernhill.example/${'a-long-path/'.repeat(20)}` },
        { type: 'list', items: ['A cup', 'A pot'] },
        { type: 'button', text: 'Back to my cart', url: 'https://fernhill.example/cart' },
      ],
    });
    // Outlook alone reads what stands in its comments, and it has no narrow screens.
    const seen = html.replace(/<!--\[if mso.*?<!\[endif\]-->/gs, '');
    expect(seen).toContain('<meta name="viewport" content="width=device-width');
    const fixed = matchesOf(seen, /(?<![-\w])(?:min-)?width(?:="|:\s*)(\d+)(?:px)?(?=[;"])/g).map(([, px]) =>
      Number(px),
    );
    expect(fixed.filter((px) => px > 280)).toEqual([]);
    expect(seen).toMatch(
      /@media \(max-width:480px\)\{[^@]*\.cs-button>table,\.cs-button a\{width:100%!important/,
    );
    expect(seen).toMatch(/(?:overflow-wrap|word-break|word-wrap):\s*(?:anywhere|break-word)/);
  });

  it('is dark where the reader is: each thing that has a colour of its own has another one there', async () => {
    const { html } = await render();
    const dark = /@media \(prefers-color-scheme:dark\)\{\n(.*?)\n\}/s.exec(html)?.[1] ?? '';
    for (const named of ['cs-page', 'cs-card', 'cs-ink', 'cs-brand', 'cs-faint']) {
      expect([
        named,
        html.includes(`class="${named}`) || new RegExp(`class="[^"]*\\b${named}\\b`).test(html),
      ]).toEqual([named, true]);
      expect(dark).toContain(`.${named}`);
    }
    expect(html).toContain('<meta name="supported-color-schemes" content="light dark">');
    expect(html).toContain(':root{color-scheme:light dark');
  });

  it('reads from right to left where the language does', async () => {
    const { html } = await render({ locale: 'ar-EG' });
    expect(html).toContain('<html lang="ar-EG" dir="rtl" ');
    expect(html).not.toContain('direction:ltr');
    expect(html.match(/font-family:[^"]*text-align:left/)).toBeNull();
  });

  it('shows elements of MJML as they were written', async () => {
    const { html } = await render({
      subject: '</mj-title><mj-raw>',
      blocks: [
        { type: 'text', text: '</mj-text><mj-include path="/etc/passwd" /><mj-raw><b>x</b></mj-raw>' },
        { type: 'button', text: '<mj-image src="x" />', url: 'https://fernhill.example/?a="><b>' },
      ],
    });
    expect(html).not.toMatch(/<\/?mj-|<b>/);
    expect(html).toContain('&lt;mj-include path=&quot;/etc/passwd&quot; /&gt;');
  });

  it('keeps its look when a person edits it as html: what MJML wrote comes through the sanitiser readable', async () => {
    const before = await content();
    const after = await contentFromEdit(before, { html: before.html ?? '' });
    expect(after.links).toEqual(before.links);
    expect(visibleText(after.html ?? '').text.split(/\s+/)).toEqual(
      visibleText(before.html ?? '').text.split(/\s+/),
    );
  });

  it('gives words that a person wrote as html a size of their own, for the card has none', async () => {
    const after = await contentFromEdit(await content(), { html: 'Just words.' });
    expect(after.html).toMatch(/font-size:16px;[^"]*">Just words\.<\/div>/);
  });

  it('takes an edit into a mail that an earlier release rendered', async () => {
    const before = {
      ...(await content()),
      html: `<!doctype html>
<html lang="en" dir="ltr">
<head><meta name="theme-color" content="#ffd166"><title>Your cart</title></head>
<body>
<!--preheader--><!--/preheader-->
<table><tr><td class="cs-card" style="padding:40px;">
<!--body-->
<p>Before.</p>
<!--/body-->
</td></tr></table><a href="${UNSUBSCRIBE_TOKEN}">Unsubscribe</a></body></html>`,
    };
    const after = await contentFromEdit(before, { text: 'After.', subject: 'New' });
    expect(visibleText(after.html ?? '').text.trim()).toMatch(/\nAfter\.\s+Unsubscribe$/);
    expect(after.html).toContain('<title>New</title>');
    // Outlook sees rows in a table of their own.
    const [, body = ''] = /<!--body-->([\s\S]*)<!--\/body-->/.exec(after.html ?? '') ?? [];
    for (const element of ['table', 'tr', 'td'])
      expect(body.split(`<${element}`).length).toBe(body.split(`</${element}>`).length);
    expect(body.trim()).toMatch(/^<!--\[if mso \| IE\]><table[\s\S]*<\/table><!\[endif\]-->$/);
  });
});

describe('contentFromEdit', () => {
  it('changes nothing when nothing is changed', async () => {
    expect(await contentFromEdit(await content(), {})).toEqual(await content());
  });

  it('makes the html of an edited text, with or without the footer in it', async () => {
    const before = await content();
    const edited = before.text.replace('Shipping is free.', 'Shipping costs nothing <today>.');
    for (const text of [edited, edited.split('\n\n-- ')[0] ?? '', edited.replaceAll('\n', '\r\n')]) {
      const after = await contentFromEdit(before, { text });
      expect(after.text).toBe(edited);
      expect(after.html).toBe(
        before.html?.replace('Shipping is free.', 'Shipping costs nothing &lt;today&gt;.'),
      );
      expect(after.links).toEqual(before.links);
    }
  });

  it('keeps footer and way out whatever is edited', async () => {
    for (const edit of [
      { text: 'Short.' },
      { html: '<p>Short.</p></td></tr></table></body></html>' },
      { html: '<html><body><p>Short.</p></body></html>' },
      { blocks: [{ type: 'text' as const, text: 'Short.' }] },
    ]) {
      const after = await contentFromEdit(await content(), edit);
      expect(after.html).toContain(`href="${UNSUBSCRIBE_TOKEN}"`);
      expect(after.html).toContain('12 Example Lane');
      expect(after.html).toContain('Short.');
      expect(after.html).not.toContain('kettle');
      expect(after.html?.match(/<\/body>/g)).toHaveLength(1);
      expect(after.text).toBe(
        `Short.${(await content()).text.slice((await content()).text.indexOf('\n\n-- '))}`,
      );
      expect(after.links).toEqual(['https://fernhill.example/']);
    }
  });

  it('takes the edited page as the console shows it, and reads its links anew', async () => {
    const before = await content();
    const after = await contentFromEdit(before, {
      html: (before.html ?? '')
        .replace('cart?a=1&amp;b=2', 'sale')
        .replace('The kettle', '<b>The kettle</b>'),
    });
    expect(after.links).toEqual(['https://fernhill.example/', 'https://fernhill.example/sale']);
    expect(after.html).toContain('<b>The kettle</b>');
    expect(after.text).toContain('The kettle is yours.');
    expect(after.text).toContain('https://fernhill.example/sale');
  });

  it('lets no script, handler or loading style in', async () => {
    const after = await contentFromEdit(await content(), {
      html: `<p onclick="steal()" style="color:red;background:url(https://evil.example/x)">Hi<script>steal()</script>
        <img src="https://evil.example/pixel"><a href="javascript:steal()">x</a><a href="https://fernhill.example/a" onmouseover=steal()>y</a>
        <style>body{display:none}</style><!--/body--><iframe src="https://evil.example"></iframe><svg><script>steal()</script></svg></p>`,
    });
    expect(after.html).not.toMatch(/steal|evil|onclick|<img|<iframe|<svg|display:none\}/);
    expect(after.html).toContain('<p style="color:red;">Hi');
    expect(after.links).toEqual(['https://fernhill.example/', 'https://fernhill.example/a']);
  });

  it('changes subject and preheader everywhere they stand', async () => {
    const after = await contentFromEdit(await content(), {
      subject: 'New\r\nsubject <b> $&',
      preheader: 'New line',
    });
    expect(after.subject).toBe('New subject <b> $&');
    expect(after.html).toContain('<title>New subject &lt;b&gt; $&amp;</title>');
    expect(after.html).toContain('New line&#847;');
    expect(after.html).not.toContain('Still there');
    expect((await contentFromEdit(after, { preheader: '' })).html).not.toContain('New line');
  });

  it('keeps the words of blocks through text and back', () => {
    const word = fc.stringMatching(/^[A-Za-z][a-z ]{0,20}[a-z]$/);
    const block: fc.Arbitrary<Block> = fc.oneof(
      fc.record({ type: fc.constant('heading' as const), text: word }),
      fc.record({
        type: fc.constant('button' as const),
        text: word,
        url: fc.constant('https://fernhill.example/x'),
      }),
      fc.record({
        type: fc.constant('list' as const),
        items: fc.array(word, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({
        type: fc.constant('text' as const),
        text: fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join('\n\n')),
      }),
    );
    // Neighbouring texts become one block: the reader sees no difference.
    const joined = (blocks: readonly Block[]): Block[] =>
      blocks.reduce<Block[]>((all, each) => {
        const last = all.at(-1);
        if (last?.type === 'text' && each.type === 'text')
          return [...all.slice(0, -1), { type: 'text', text: `${last.text}\n\n${each.text}` }];
        return [...all, each];
      }, []);
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        expect(blocksFromText(blocksToText(blocks))).toEqual(joined(blocks));
      }),
    );
  });
});

describe('sanitiseHtml', () => {
  it('closes what was left open and ignores what was never opened', () => {
    expect(sanitiseHtml('<div><p>a<b>b</div></td></tr></table>c & d &amp; e')).toBe(
      '<div><p>a<b>b</b></p></div>c &amp; d &amp; e',
    );
  });

  it('lets nothing through but known elements, whatever comes in', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '=',
      '/',
      ' ',
      'a',
      'p',
      'script',
      'href',
      'style',
      'onload',
      'javascript:',
      '<!--',
      '-->',
      '<script>',
      '</script>',
      '<p ',
      '<a href="https://x.example">',
      '<svg',
      '&',
      ';',
      '\u0000',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        (html) => {
          const safe = sanitiseHtml(html);
          for (const tag of safe.match(/<[^>]*>?/g) ?? [])
            expect(tag).toMatch(/^<\/?(a|p)( (href="https?:[^"<>]*"|style="[\w:;-]*"))*>$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
