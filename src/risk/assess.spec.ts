import fc from 'fast-check';
import { canonicalJson } from '../shared/canonical-json.js';
import { fact, mail, riskInput } from '../../test/harness/risk.js';
import { assess, combine } from './assess.js';
import { UNFITTED } from './calibration.js';
import { CHECKS } from './checks/index.js';

describe('assess', () => {
  it('finds nothing in a plain note to somebody well known', () => {
    expect(assess(riskInput('Hello Ada, your order is on its way.'))).toEqual({
      score: 0,
      tier: 1,
      threshold: 0.5,
      contributions: [],
      signs: [],
      claims: [],
      leavesWithin: null,
    });
  });

  it('counts a check that crashes as the highest risk and names it', () => {
    const broken = {
      name: 'broken',
      run: () => {
        throw new Error('no');
      },
    };
    const result = assess(riskInput('Hello'), UNFITTED, [...CHECKS, broken]);
    expect(result).toMatchObject({ score: 1, tier: 2 });
    expect(result.contributions[0]).toMatchObject({ code: 'broken.crashed', weight: 1 });
  });

  it('counts a draft that cannot be read at all as the highest risk', () => {
    const content = mail('x');
    const unreadable = {
      ...content,
      get html(): string {
        throw new Error('unreadable');
      },
    };
    expect(assess(riskInput('x', { content: unreadable })).score).toBe(1);
  });

  it('asks for two people from the playbook’s figure on', () => {
    const input = riskInput('Hi {{ first_name }}, 90% off at https://evil.example.net');
    expect(assess(input).score).toBeGreaterThan(input.engine.secondPersonFrom);
    expect(assess(input).tier).toBe(2);
    expect(assess({ ...input, engine: { ...input.engine, secondPersonFrom: 1 } }).tier).toBe(1);
  });

  it('combines independent doubts', () => {
    const one = (weight: number) => ({ code: 'c', weight, text: '', spans: [] });
    expect(combine([])).toBe(0);
    expect(combine([one(0.5), one(0.5)])).toBe(0.75);
    expect(combine([one(1), one(0.2)])).toBe(1);
  });

  it('gives each claim with the fact behind it', () => {
    const facts = [fact('kettle', 'product', { name: 'Alder Kettle', price: 5_900, currency: 'EUR' })];
    const { claims } = assess(riskInput('The Alder Kettle costs €59.00, not €99.00.', { facts }));
    expect(claims).toEqual([
      { text: '€59.00', kind: 'price', source: 'kettle', ok: true },
      { text: '€99.00', kind: 'price', source: null, ok: false },
    ]);
  });

  const RISKY = [
    'Write to bob@elsewhere.example for more.',
    'Prices from €12.34 today.',
    'Only 3 left in stock!',
    'Visit https://evil.example.net now',
    'Hi {{ name }}',
    'We are the cheapest shop.',
    'No thanks, I hate saving money',
    'Pay to DE89 3704 0044 0532 0130 00.',
    'a\u{202e}b',
  ];

  it('is deterministic: the same input gives the same bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...RISKY, 'Hello Ada.'), { maxLength: 5 }), (sentences) => {
        const input = riskInput(sentences.join('\n\n'));
        expect(canonicalJson(assess(input))).toBe(canonicalJson(assess(structuredClone(input))));
      }),
      { numRuns: 30 },
    );
  });

  it('never falls when a risky sentence is added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...RISKY), fc.string({ maxLength: 40 })), { maxLength: 4 }),
        fc.constantFrom(...RISKY),
        (sentences, risky) => {
          const before = assess(riskInput(sentences.join('\n\n')));
          const after = assess(riskInput([...sentences, risky].join('\n\n')));
          expect(after.score).toBeGreaterThanOrEqual(before.score);
          expect(after.score).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes time in proportion to the text, whatever the text', () => {
    for (const unit of [' ', 'a@', 'a.', '{{', '<a ']) {
      // Time by the square of the length would be minutes here, and the test would not end in time.
      expect(assess(riskInput(unit.repeat(60_000 / unit.length))).score).toBeGreaterThanOrEqual(0);
    }
  });

  it('points every span at the very characters it quotes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...RISKY), { minLength: 1, maxLength: 4 }), (sentences) => {
        const input = riskInput(sentences.join('\n\n'), {});
        const { subject, preheader, text, html } = input.content;
        const fields: Record<string, string> = {
          subject: subject ?? '',
          preheader: preheader ?? '',
          text,
          html: html ?? '',
        };
        const spans = assess(input).contributions.flatMap((each) => each.spans);
        expect(new Set(spans.map((span) => span.field))).toEqual(new Set(['text', 'html']));
        for (const span of spans) expect(fields[span.field]?.slice(span.start, span.end)).toBe(span.text);
      }),
      { numRuns: 50 },
    );
  });
});
