import { type Check } from '../check.js';
import { groundStatements } from '../grounded-claims.js';
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

/** Prices, percentages, dates, quantities, superlatives, offers and guarantees that no valid fact among the given ones states. */
export const unsupportedClaims: Check = {
  name: 'claims',
  run: (context) =>
    groundStatements(context).flatMap(({ statement, support, spans }) => {
      if (support.holds) return [];
      const { kind } = statement.meaning;
      const said = statement.text.trim();
      return [
        {
          code: support.stale ? 'claims.stale' : 'claims.unsupported',
          weight: WEIGHTS[kind],
          text: support.stale
            ? `“${said}” rests on ${support.source ?? 'a fact'}, which is not valid now.`
            : `“${said}” (${kind}) is in none of the given facts.`,
          spans: [...spans],
        },
      ];
    }),
};
