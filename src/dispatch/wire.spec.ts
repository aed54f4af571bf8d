import fc from 'fast-check';
import { type MessageContent, OPEN_TOKEN, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { escapeHtml, linksOf } from '../shared/html.js';
import { linkToken } from '../shared/links.js';
import { isFaithful, restore, wire, wireLinks } from './wire.js';

const secret = Buffer.alloc(32, 7);
const options = { secret, publicUrl: 'https://m.example.com', trackClicks: true };

function contentOf(html: string, text: string): MessageContent {
  return {
    channel: 'email',
    kind: 'email',
    action: 'welcome',
    class: 'marketing',
    offer: null,
    sender: 'Shop <hello@shop.example.com>',
    replyTo: null,
    recipient: 'ada@example.com',
    subject: 'Hello',
    preheader: null,
    html,
    text,
    payload: null,
    links: linksOf(html),
    versions: { bundle: 'b', template: null, prompt: null, facts: [] },
  };
}

const target = fc.oneof(
  fc.constantFrom(
    'https://shop.example.com/',
    'https://shop.example.com/cart',
    'https://shop.example.com/cart?a=1&b=2',
    'https://shop.example.com/cart?a=1&b=2"<x>',
    "https://shop.example.com/o'hara",
    'mailto:help@example.com',
    UNSUBSCRIBE_TOKEN,
    `${UNSUBSCRIBE_TOKEN}-me`,
  ),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);
const words = fc.string({ unit: 'grapheme', maxLength: 30 });
const part = fc.oneof(
  fc.record({ kind: fc.constant('link' as const), target, words }),
  fc.record({ kind: fc.constant('words' as const), target: fc.constant(''), words }),
  fc.constant({ kind: 'words' as const, target: '', words: OPEN_TOKEN }),
);
const content = fc
  .array(part, { maxLength: 12 })
  .map((parts) =>
    contentOf(
      parts
        .map((one) =>
          one.kind === 'link'
            ? `<p><a class="b" href="${escapeHtml(one.target)}">${escapeHtml(one.words)}</a></p>`
            : `<p>${escapeHtml(one.words)}</p>`,
        )
        .join('\n'),
      parts.map((one) => `${one.words} ${one.target}`).join('\n'),
    ),
  );

describe('wire', () => {
  it('can always be taken back to exactly what was signed', () => {
    fc.assert(
      fc.property(content, fc.boolean(), (signed, trackClicks) => {
        const links = wireLinks('msg_1', signed, { ...options, trackClicks });
        expect(restore(wire(signed, links), signed, links)).toEqual(signed);
      }),
    );
  });

  it('leaves no stand-in behind and tracks every link on the web', () => {
    fc.assert(
      fc.property(content, (signed) => {
        const links = wireLinks('msg_1', signed, options);
        const { html, text } = wire(signed, links);
        expect(html).not.toContain(OPEN_TOKEN);
        expect(text).not.toContain(UNSUBSCRIBE_TOKEN);
        linksOf(html ?? '').forEach((href, index) => {
          const signedTarget = signed.links[index] ?? '';
          if (/^https?:/.test(signedTarget) && signedTarget !== UNSUBSCRIBE_TOKEN)
            expect(href).toBe(`https://m.example.com/t/${linkToken(secret, 'msg_1', 'click', index)}`);
          else expect(href).toBe(signedTarget.replace(UNSUBSCRIBE_TOKEN, links.unsubscribe.url));
        });
      }),
    );
  });

  const two = contentOf(
    '<a href="https://shop.example.com/a?x=1&amp;y=2">A</a> <a href="https://shop.example.com/b">B</a> cheap at 10 €',
    `A https://shop.example.com/a?x=1&y=2. B https://shop.example.com/bcd\n${UNSUBSCRIBE_TOKEN}`,
  );
  const links = wireLinks('msg_1', two, options);
  const wired = wire(two, links);

  it('replaces whole addresses in the text and never the beginning of a longer one', () => {
    expect(wired.text).toBe(
      `A ${links.clicks[0]?.url}. B https://shop.example.com/bcd\n${links.unsubscribe.url}`,
    );
  });

  it('notices a changed word, swapped links and a link that leads elsewhere', () => {
    const html = wired.html ?? '';
    expect(isFaithful(wired, two, links)).toBe(true);
    expect(isFaithful({ ...wired, html: html.replace('10 €', '11 €') }, two, links)).toBe(false);
    const [a = { url: '' }, b = { url: '' }] = links.clicks;
    const swapped = html.replace(a.url, '@').replace(b.url, a.url).replace('@', b.url);
    expect(isFaithful({ ...wired, html: swapped }, two, links)).toBe(false);
    expect(isFaithful({ ...wired, html: html.replace(b.url, 'https://evil.example') }, two, links)).toBe(
      false,
    );
    const moved = {
      ...links,
      clicks: links.clicks.map((click) => ({ ...click, target: 'https://evil.example' })),
    };
    expect(isFaithful(wired, two, moved)).toBe(false);
  });

  it('leaves links as they are when clicks are not tracked', () => {
    const untracked = wireLinks('msg_1', two, { ...options, trackClicks: false });
    expect(wire(two, untracked).html).toBe(two.html);
  });

  it('gives every message tokens of its own', () => {
    const other = wireLinks('msg_2', two, options);
    expect(other.unsubscribe.token).not.toBe(links.unsubscribe.token);
    expect(other.clicks[0]?.token).not.toBe(links.clicks[0]?.token);
  });
});
