/** A selector of an expression: a metric, and the labels it is asked by. */
interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}
/** What an expression speaks of. */
export interface Promql {
  readonly selectors: readonly Selector[];
  /** Labels it groups by. */
  readonly grouped: readonly string[];
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\[(?:\d+(?:ms|[smhdwy])|\$__rate_interval)\])|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([a-zA-Z_:][\w:]*)|(=~|!~|!=|==|<=|>=|[-+*/%^(){},=<>]))/y;
const AGGREGATIONS = new Set(['sum', 'max', 'min', 'avg', 'count']);
/** Functions and whether they take a range. */
const FUNCTIONS: Readonly<Record<string, readonly ('range' | 'instant' | 'number')[]>> = {
  rate: ['range'],
  increase: ['range'],
  absent: ['instant'],
  vector: ['number'],
  time: [],
  histogram_quantile: ['number', 'instant'],
};
const BINARY: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
type Type = 'range' | 'instant' | 'number';

/**
 * Reads as much of PromQL as dashboards and alerts use here.
 * @throws Error saying what is wrong and where.
 */
export function readPromql(text: string): Promql {
  const tokens = tokensOf(text);
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  let at = 0;

  function wrong(what: string): never {
    throw new Error(`${what} at "${tokens.slice(at, at + 3).join(' ')}" in ${text}`);
  }
  function next(): string {
    const token = tokens[at++];
    if (token === undefined) wrong('the end');
    return token;
  }
  const expect = (token: string): void => {
    if (next() !== token) wrong(`no ${token}`);
  };
  const labels = (): string[] => {
    const names: string[] = [];
    expect('(');
    while (tokens[at] !== ')') {
      names.push(next());
      if (tokens[at] === ',') at++;
    }
    expect(')');
    return names;
  };

  function binary(level: number): Type {
    if (level === BINARY.length) return primary();
    let type = binary(level + 1);
    while (BINARY[level]?.includes(tokens[at] ?? '') === true) {
      at++;
      const right = binary(level + 1);
      if (type === 'range' || right === 'range') wrong('a range among operands');
      if (right === 'instant') type = 'instant';
    }
    return type;
  }

  function primary(): Type {
    const token = next();
    if (token === '(') {
      const type = binary(0);
      expect(')');
      return type;
    }
    if (/^\d/.test(token)) return 'number';
    if (!/^[a-zA-Z_:]/.test(token)) return wrong(`"${token}" begins nothing`);
    if (AGGREGATIONS.has(token)) {
      if (tokens[at] === 'by') {
        at++;
        grouped.push(...labels());
      }
      expect('(');
      if (binary(0) !== 'instant') wrong(`${token} of no instant vector`);
      expect(')');
      return 'instant';
    }
    const takes = FUNCTIONS[token];
    if (takes !== undefined) {
      expect('(');
      takes.forEach((type, i) => {
        if (i > 0) expect(',');
        if (binary(0) !== type) wrong(`${token} takes a ${type}`);
      });
      expect(')');
      return token === 'time' ? 'number' : 'instant';
    }
    if (tokens[at] === '(') wrong(`no function ${token}`);
    return selector(token);
  }

  function selector(metric: string): Type {
    const asked: string[] = [];
    if (tokens[at] === '{') {
      at++;
      while (tokens[at] !== '}') {
        asked.push(next());
        if (!['=', '!=', '=~', '!~'].includes(next())) wrong('no matcher');
        if (!next().startsWith('"')) wrong('no text');
        if (tokens[at] === ',') at++;
      }
      at++;
    }
    selectors.push({ metric, labels: asked });
    if (tokens[at]?.startsWith('[') !== true) return 'instant';
    at++;
    return 'range';
  }

  if (binary(0) === 'range') wrong('a range by itself');
  if (at < tokens.length) wrong('more than one expression');
  return { selectors, grouped };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length;) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new Error(`nothing of PromQL at "${text.slice(from, from + 20)}" in ${text}`);
    tokens.push(found[0].trim());
  }
  return tokens;
}
