import { type Check } from '../check.js';
import { groundStatements } from '../grounded-claims.js';
import { type Support } from '../grounds.js';
import { type StatementKind } from '../statements.js';

const WEIGHTS: Readonly<Record<StatementKind, number>> = {
  price: 0.6,
  percentage: 0.6,
  date: 0.4,
  offer: 0.4,
  other: 0.35,
  superlative: 0.3,
  quantity: 0.25,
};

function why(said: string, kind: StatementKind, { source, stale }: Support & { holds: false }): string {
  if (stale) return `“${said}” rests on ${source ?? 'a fact'}, which is not valid now.`;
  if (source !== null) return `“${said}” is what ${source} states, and it does not stand beside that.`;
  return `“${said}” (${kind}) is in none of the given facts.`;
}

/** Prices, percentages, dates, quantities, superlatives, offers and guarantees that no valid fact among the given ones states. */
export const unsupportedClaims: Check = {
  name: 'claims',
  run: (context) =>
    groundStatements(context).flatMap(({ statement, support, spans }) => {
      if (support.holds) return [];
      const { kind } = statement.meaning;
      return [
        {
          code: support.stale ? 'claims.stale' : 'claims.unsupported',
          weight: WEIGHTS[kind],
          text: why(statement.text.trim(), kind, support),
          spans: [...spans],
        },
      ];
    }),
};
