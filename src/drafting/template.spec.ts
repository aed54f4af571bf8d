import fc from 'fast-check';
import { type Bundle, type CompiledTemplate, type Evaluation } from '../policies/bundle.js';
import { brandSchema, type Template, templateSchema } from '../policies/playbook.js';
import { type Fact } from '../policies/fact.js';
import { escapeHtml } from '../shared/html.js';
import { type EmailDraft } from './draft.js';
import { renderEmail } from './render-email.js';
import { drawnFrom, draftFromTemplate, type TemplateRequest, type TemplateResult } from './template.js';

const brand = brandSchema.parse({
  name: 'Fernhill',
  sender: { name: 'Fernhill', email: 'hello@fernhill.example' },
  postalAddress: '12 Example Lane, Bristol',
  website: 'https://fernhill.example',
  linkHosts: ['fernhill.example'],
  voice: 'Calm.',
  locale: 'en',
  currency: 'EUR',
});

type Values = Readonly<Record<string, unknown>>;
const ABSENT = Symbol('absent');

/** A template whose slots evaluate to the given values; `ABSENT` is unknown. */
function compiled(
  changes: Partial<Template>,
  values: Values = {},
  when: Evaluation<boolean> = { known: true, value: true },
): CompiledTemplate {
  const spec = templateSchema.parse({
    id: 'cart-email',
    action: 'recover-cart',
    channel: 'email',
    content: { kind: 'email', subject: 'Your cart', blocks: [{ type: 'text', text: 'Hello' }] },
    maxAudience: 100,
    expires: '2030-01-01',
    owner: 'ana',
    ...changes,
  });
  return {
    spec,
    contentHash: 'hash',
    when: { source: 'true', evaluate: () => when },
    slots: new Map(
      Object.entries(spec.slots).map(([name, slot]) => [
        name,
        {
          source: slot.from,
          evaluate: (): Evaluation<unknown> =>
            values[name] === ABSENT || !(name in values)
              ? { known: false, reads: slot.from }
              : { known: true, value: values[name] },
        },
      ]),
    ),
  };
}

function draft(
  templates: readonly CompiledTemplate[],
  changes: Partial<TemplateRequest> = {},
): TemplateResult {
  const bundle = { brand, templates: new Map(templates.map((template) => [template.spec.id, template])) };
  return draftFromTemplate({
    bundle: bundle as unknown as Bundle, // The rest of a bundle is not read.
    action: 'recover-cart',
    channel: 'email',
    input: {},
    locale: 'en-GB',
    zone: 'Europe/London',
    draw: 'seed',
    now: '2026-11-20T12:00:00.000Z',
    facts: {},
    ...changes,
  });
}

function emailOf(result: TemplateResult): EmailDraft {
  if (!result.ok) throw new Error(JSON.stringify(result.tried));
  if (result.filled.written.kind !== 'email') throw new Error('not an e-mail');
  return result.filled.written;
}

const idOf = (result: TemplateResult): string | null => (result.ok ? result.filled.template.spec.id : null);

describe('choosing a template', () => {
  it('takes the highest priority, then the nearest locale, then the first id', () => {
    const plain = { b: compiled({ id: 'b' }), a: compiled({ id: 'a' }) };
    expect(idOf(draft([plain.b, plain.a]))).toBe('a');
    expect(idOf(draft([plain.a, compiled({ id: 'z-british', locale: 'en-GB' })]))).toBe('z-british');
    expect(idOf(draft([plain.a, compiled({ id: 'z', priority: 1 })]))).toBe('z');
  });

  it('speaks the person’s language, else the brand’s, never a third one', () => {
    const english = compiled({ id: 'english', locale: 'en' });
    const german = compiled({ id: 'german', locale: 'de' });
    expect(idOf(draft([english, german], { locale: 'de_AT' }))).toBe('german');
    expect(idOf(draft([english, german], { locale: 'fr' }))).toBe('english');
    expect(idOf(draft([english, german], { locale: null }))).toBe('english');
    expect(draft([german], { locale: 'fr' })).toEqual({ ok: false, tried: [] });
  });

  it('passes over what does not fit: another action or channel, a condition that is false or unknown', () => {
    expect(
      draft([
        compiled({ id: 'a', action: 'welcome' }),
        compiled({ id: 'b', channel: 'sms' }),
        compiled({ id: 'c' }, {}, { known: true, value: false }),
        compiled({ id: 'd' }, {}, { known: false, reads: 'profile.traits.plan' }),
      ]),
    ).toEqual({ ok: false, tried: [] });
  });

  it('goes on to the next when the first cannot be filled, and names every slot that was missing', () => {
    const needy = compiled(
      {
        id: 'needy',
        priority: 5,
        slots: { first_name: { type: 'text', from: 'profile.traits.first_name', maxLength: 50 } },
      },
      { first_name: ABSENT },
    );
    expect(idOf(draft([needy, compiled({ id: 'plain' })]))).toBe('plain');
    expect(draft([needy])).toEqual({
      ok: false,
      tried: [
        {
          templateId: 'needy',
          code: 'slot_missing',
          text: 'template needy: slot first_name has no usable value: profile.traits.first_name is not known',
        },
      ],
    });
  });

  it('does not use an expired one', () => {
    expect(draft([compiled({ expires: '2026-11-20' })])).toMatchObject({
      ok: false,
      tried: [{ code: 'expired' }],
    });
    expect(idOf(draft([compiled({ expires: '2026-11-21' })]))).toBe('cart-email');
  });
});

const kettle: Fact = {
  id: 'kettle',
  version: 3,
  kind: 'product',
  data: { name: 'Alder Kettle', price: 5_990, currency: 'GBP' },
  validFrom: null,
  validUntil: null,
  source: 'test',
};

describe('slots', () => {
  const email = (
    slots: Record<string, unknown>,
    values: Values,
    texts: { subject?: string; text?: string; button?: string },
    changes: Partial<TemplateRequest> = {},
  ): TemplateResult =>
    draft(
      [
        compiled(
          {
            slots: slots as Template['slots'],
            content: {
              kind: 'email',
              subject: texts.subject ?? 'Your cart',
              preheader: '',
              blocks: [
                { type: 'text', text: texts.text ?? 'Hello' },
                ...(texts.button === undefined
                  ? []
                  : [{ type: 'button' as const, text: 'Go', url: texts.button }]),
              ],
            },
          },
          values,
        ),
      ],
      changes,
    );
  const textOf = (result: TemplateResult): string => {
    const [block] = emailOf(result).blocks;
    return block?.type === 'text' ? block.text : '';
  };

  it('writes money from minor units, in the currency of the fact it comes from and the person’s way', () => {
    const slots = { price: { type: 'money', from: 'facts.product.data.price' } };
    const text = 'Only {{ price }}';
    expect(textOf(email(slots, { price: 5_990 }, { text }, { facts: { product: kettle } }))).toBe(
      'Only £59.90',
    );
    expect(textOf(email(slots, { price: 129_900 }, { text }, { locale: 'en' }))).toBe('Only €1,299.00');
    expect(textOf(email(slots, { price: { amount: 500, currency: 'JPY' } }, { text }))).toBe('Only JP¥500');
    expect(
      textOf(
        email(
          slots,
          {
            price: new Map<string, unknown>([
              ['price', 5n],
              ['currency', 'EUR'],
            ]),
          },
          { text },
        ),
      ),
    ).toBe('Only €0.05');
    expect(email(slots, { price: 59.9 }, { text })).toMatchObject({ tried: [{ code: 'slot_missing' }] });
  });

  it('says what a filled template claims, and the facts it rests on', () => {
    const slots = {
      price: { type: 'money', from: 'facts.product.data.price' },
      name: { type: 'text', from: 'facts.product.data.name' },
      first_name: { type: 'text', from: 'profile.traits.first_name' },
    };
    const result = email(
      slots,
      { price: 5_990, name: 'Alder Kettle', first_name: 'Ada' },
      { text: '{{ first_name }}: {{ name }} {{ price }}' },
      { facts: { product: kettle } },
    );
    expect(emailOf(result).claims).toEqual([
      { text: '£59.90', kind: 'price', factId: 'kettle' },
      { text: 'Alder Kettle', kind: 'other', factId: 'kettle' },
    ]);
    expect(result).toMatchObject({ filled: { factSlots: ['product'] } });
  });

  it('writes dates in the person’s zone, and days as the day they are', () => {
    const slots = { ends: { type: 'date', from: 'facts.offer.validUntil' } };
    const text = 'Until {{ ends }}';
    expect(
      textOf(email(slots, { ends: new Date('2026-12-01T23:30:00Z') }, { text }, { zone: 'Asia/Tokyo' })),
    ).toBe('Until 2 December 2026');
    expect(textOf(email(slots, { ends: '2026-12-01' }, { text }, { zone: 'America/Los_Angeles' }))).toBe(
      'Until 1 December 2026',
    );
    expect(email(slots, { ends: 'soon' }, { text })).toMatchObject({ ok: false });
  });

  it.each([
    ['https://evil.example/fernhill.example', 'is not among'],
    ['https://fernhill.example.evil.example/', 'is not among'],
    ['https://fernhill.example@evil.example/', 'user name'],
    ['javascript:alert(1)', 'links start with https'],
    ['/cart', 'not a link'],
  ])('does not link to %s', (url, reason) => {
    const result = email(
      { url: { type: 'url', from: 'signal.properties.url' } },
      { url },
      { button: '{{ url }}' },
    );
    expect(result).toMatchObject({
      ok: false,
      tried: [{ code: 'slot_missing', text: expect.stringContaining(reason) as string }],
    });
  });

  it('falls back to the default for a link it may not use', () => {
    const slots = { url: { type: 'url', from: 'x', default: 'https://fernhill.example/cart' } };
    const result = email(slots, { url: 'https://evil.example/' }, { button: '{{ url }}' });
    expect(emailOf(result).blocks[1]).toEqual({
      type: 'button',
      text: 'Go',
      url: 'https://fernhill.example/cart',
    });
  });

  it('keeps a value in its part of an address', () => {
    const slots = { code: { type: 'text', from: 'x' } };
    const result = email(
      slots,
      { code: '../../admin?x=1#y&z=2' },
      { button: 'https://fernhill.example/c/{{ code }}' },
    );
    expect(emailOf(result).blocks[1]).toMatchObject({
      url: 'https://fernhill.example/c/..%2F..%2Fadmin%3Fx%3D1%23y%26z%3D2',
    });
  });

  it('does not let a value choose the host', () => {
    const slots = { shop: { type: 'text', from: 'x' } };
    expect(
      email(slots, { shop: 'evil.example' }, { button: 'https://{{ shop }}/fernhill.example' }),
    ).toMatchObject({
      ok: false,
      tried: [{ code: 'bad_link' }],
    });
  });

  it('takes a name with a link in it for no name at all', () => {
    const slots = { name: { type: 'text', from: 'x', default: 'there' } };
    const result = email(slots, { name: 'Ada visit https://evil.example now' }, { text: 'Hi {{ name }}' });
    expect(textOf(result)).toBe('Hi there');
  });

  it('cuts long values between characters', () => {
    const slots = { name: { type: 'text', from: 'x', maxLength: 6 } };
    expect(textOf(email(slots, { name: 'Ada 👩‍👩‍👧‍👦 Lovelace' }, { text: '{{ name }}' }))).toBe('Ada…');
  });

  it('lets an empty default be asked for', () => {
    const slots = { name: { type: 'text', from: 'x', default: '' } };
    const text = '{% if name %}Hi {{ name }}{% else %}Hello{% endif %}';
    expect(textOf(email(slots, { name: ABSENT }, { text }))).toBe('Hello');
    expect(textOf(email(slots, { name: 'Ada' }, { text }))).toBe('Hi Ada');
  });

  it('makes as many items of a list as there are values', () => {
    const result = draft([
      compiled(
        {
          slots: { items: { type: 'list', from: 'x', maxLength: 50 } },
          content: {
            kind: 'email',
            subject: 'S',
            preheader: '',
            blocks: [{ type: 'list', items: ['{{ items }}', 'and more'] }],
          },
        },
        { items: ['Kettle', 'Mug <b>', ''] },
      ),
    ]);
    expect(emailOf(result).blocks).toEqual([{ type: 'list', items: ['Kettle', 'Mug <b>', 'and more'] }]);
  });

  it('does not send a subject that came out empty', () => {
    const slots = { name: { type: 'text', from: 'x', default: '' } };
    expect(email(slots, { name: ABSENT }, { subject: '{{ name }}' })).toMatchObject({
      tried: [{ code: 'empty' }],
    });
  });
});

describe('what a customer typed stays text', () => {
  const evil = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '<!--/body--></td></table>',
      '{{ price }}',
      '{% raw %}{{ x }}{% endraw %}',
      "{{ '' | append: 'x' }}",
      '\r\nBcc: victim@example.com',
      '\u202Egpj.exe',
      '&lt;b&gt;',
      '-- \n',
      '$& $1 $`',
    ),
    fc
      .array(fc.constantFrom('<', '>', '"', "'", '&', '{{', '}}', '{%', '%}', 'a', ' ', '\n', '--'), {
        maxLength: 20,
      })
      .map((parts) => parts.join('')),
  );

  const fill = async (value: string): Promise<{ draft: EmailDraft; html: string; text: string } | null> => {
    const result = draft([
      compiled(
        {
          slots: { name: { type: 'text', from: 'x', maxLength: 100 } },
          content: {
            kind: 'email',
            subject: 'For {{ name }}!',
            preheader: '{{ name }}',
            blocks: [
              { type: 'heading', text: 'Hi {{ name }}' },
              { type: 'text', text: 'One {{ name }}\n\nTwo' },
              { type: 'list', items: ['{{ name }}'] },
              { type: 'button', text: 'Go {{ name }}', url: 'https://fernhill.example/?n={{ name }}' },
            ],
          },
        },
        { name: value },
      ),
    ]);
    if (!result.ok) return null;
    const email = emailOf(result);
    const rendered = await renderEmail({
      ...email,
      brand,
      recipient: 'ada@example.com',
      locale: 'en',
      marketing: true,
      trackOpens: false,
      writtenByModel: false,
    });
    return { draft: email, ...rendered };
  };
  const skeleton = (html: string): string[] =>
    html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/(href|aria-label)="[^"]*"/, '$1')) ?? [];

  it('never becomes markup, Liquid, a new line or another link', async () => {
    const plain = skeleton((await fill('Ada'))?.html ?? '');
    await fc.assert(
      fc.asyncProperty(evil, async (value) => {
        const filled = await fill(value);
        if (filled === null) return; // Nothing printable in it.
        const { html, draft: email } = filled;
        // The same elements in the same order, whatever the value.
        expect(skeleton(html)).toEqual(plain);
        const shown = email.subject.slice('For '.length, -1);
        expect(email.subject).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028\u2029]/u);
        expect(html).toContain(`>Hi ${escapeHtml(shown)}</h1>`);
        // Written as it was typed: nothing in it was taken for Liquid.
        if (/^[\x20-\x7e]+$/.test(value) && value.trim().replace(/ +/g, ' ') === value)
          expect(shown).toBe(value);
        const [, , , button] = email.blocks;
        expect(button?.type === 'button' && new URL(button.url).host).toBe('fernhill.example');
        expect(filled.text.split('\n-- \n')).toHaveLength(2);
      }),
      { numRuns: 400 },
    );
  });
});

describe('variants of a template', () => {
  const tried = compiled({
    variants: ['b', 'c'].map((id) => ({
      id,
      content: {
        kind: 'email',
        subject: `Variant ${id}`,
        preheader: '',
        blocks: [{ type: 'text', text: id }],
      },
    })),
  });

  it('are drawn with equal shares, and the same one by the same text', () => {
    const drawn = Array.from({ length: 6_000 }, (_, i) => drawnFrom(tried, `seed ${i}`).id);
    expect(drawn).toEqual(drawn.map((_, i) => drawnFrom(tried, `seed ${i}`).id));
    // Six standard errors of a third of 6,000.
    for (const id of ['original', 'b', 'c'])
      expect(Math.abs(drawn.filter((each) => each === id).length - 2_000)).toBeLessThan(220);
  });

  it('are filled as they were drawn, and named', () => {
    for (const draw of ['1', '2', '3', '4', '5']) {
      const result = draft([tried], { draw });
      const { id } = drawnFrom(tried, draw);
      expect(result).toMatchObject({ ok: true, filled: { variant: id } });
      if (id !== 'original')
        expect(result).toMatchObject({ filled: { written: { subject: `Variant ${id}` } } });
    }
  });

  it('are none where there is one wording', () => {
    expect(draft([compiled({})], { draw: '1' })).toMatchObject({ ok: true, filled: { variant: null } });
  });
});

describe('templates for other channels', () => {
  it('fills a webhook’s payload and leaves what is not text as it is', () => {
    const template = compiled(
      {
        channel: 'crm',
        slots: { name: { type: 'text', from: 'x', maxLength: 50 } },
        content: {
          kind: 'webhook',
          payload: { greeting: 'Hi {{ name }}', score: 3, hot: true, nothing: null },
        },
      },
      { name: 'Ada "Byron"' },
    );
    expect(draft([template], { channel: 'crm' })).toMatchObject({
      filled: {
        written: {
          kind: 'webhook',
          payload: { greeting: 'Hi Ada "Byron"', score: 3, hot: true, nothing: null },
        },
      },
    });
  });

  it('fills what is shown on site', () => {
    const template = compiled({
      channel: 'site',
      content: {
        kind: 'onsite',
        title: 'Welcome',
        body: 'Good to see you.',
        url: 'https://fernhill.example/new',
      },
    });
    expect(draft([template], { channel: 'site' })).toMatchObject({
      filled: {
        written: {
          kind: 'onsite',
          title: 'Welcome',
          body: 'Good to see you.',
          url: 'https://fernhill.example/new',
        },
      },
    });
  });
});
