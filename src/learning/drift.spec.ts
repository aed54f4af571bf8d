import { type Drifting, driftOf } from './drift.js';

const draft = (parts: Partial<Drifting> = {}): Drifting => ({
  score: 0,
  channel: 'email',
  locale: 'en',
  stage: 'active',
  signs: [],
  ...parts,
});
const many = (count: number, of: (i: number) => Partial<Drifting> = () => ({})): Drifting[] =>
  Array.from({ length: count }, (_, i) => draft(of(i)));

describe('drift', () => {
  it('is none among drafts that are alike, nor where there is nothing to compare', () => {
    expect(driftOf(many(50), many(50))).toBeNull();
    expect(driftOf([], many(50))).toBeNull();
    const spread = (i: number) => ({ score: (i % 40) / 100, signs: i % 4 === 0 ? ['price.unknown'] : [] });
    expect(driftOf(many(400, spread), many(200, spread))).toBeNull();
  });

  it.each<[string, Partial<Drifting>]>([
    ['risk', { score: 0.4 }],
    ['channel', { channel: 'news' }],
    ['language', { locale: 'de' }],
    ['stage', { stage: 'lead' }],
    ['sign price.unknown', { signs: ['price.unknown'] }],
  ])('names the %s when that moved', (what, parts) => {
    const spread = (i: number) => ({ score: (i % 20) / 100 });
    const moved = driftOf(
      many(300, spread),
      many(100, (i) => ({ ...spread(i), ...(i % 2 === 0 ? parts : {}) })),
    );
    expect(moved).toMatchObject({ what });
    expect(moved?.index).toBeGreaterThan(0.25);
  });

  it('leaves alone what chance explains: a few drafts, and what is rare', () => {
    expect(
      driftOf(
        many(10),
        many(3, () => ({ locale: 'de' })),
      ),
    ).toBeNull();
    expect(
      driftOf(
        many(300),
        many(300, (i) => (i % 30 === 0 ? { locale: 'de' } : {})),
      ),
    ).toBeNull();
  });
});
