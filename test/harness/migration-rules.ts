import { type MigrationFile, statementsOf } from '../../src/platform/database/migration-file.js';

/** Tables that hold a few hundred rows at most: reading one through takes no time that anybody notices. */
const SMALL = new Set([
  'api_tokens',
  'audit_seals',
  'bundle_activations',
  'bundles',
  'inbox_partitions',
  'model_usage',
  'pauses',
  'people',
  'schema_migrations',
  'settings',
  'template_signatures',
  'write_keys',
]);

/** What an earlier release may rely on, and what this file makes itself. */
interface Surroundings {
  /** Names of the migrations that were released. */
  readonly released: ReadonlySet<string>;
  /** Unique indexes of earlier files, by name: an `on conflict` of the release before may name one. */
  readonly uniqueIndexes: ReadonlySet<string>;
}

/** What a rule looks at. */
interface Look {
  readonly file: MigrationFile;
  readonly statement: string;
  /** The table it changes, reads through or indexes. */
  readonly table: string;
  readonly madeHere: ReadonlySet<string>;
  readonly around: Surroundings;
}

interface Rule {
  readonly applies: RegExp;
  /** Also for tables that this file makes. */
  readonly always?: true;
  /** Also for small tables: it is about what the release before does, not about how long something takes. */
  readonly small?: true;
  readonly but?: (look: Look) => boolean;
  readonly why: string;
}

/** Taking away is for a later release: everything that runs must know a released migration since which nobody uses it. */
const contracts = ({ file, around }: Look): boolean =>
  file.minimumReader !== null && around.released.has(file.minimumReader);

const RULES: readonly Rule[] = [
  {
    applies: /\bdrop (column|table|view|type|schema|sequence)\b|^truncate\b/,
    small: true,
    but: contracts,
    why: 'takes away what the release before may use: do it a release later, under `-- minimum reader:` and a released migration',
  },
  {
    applies: /\brename\b|\bset schema\b/,
    small: true,
    why: 'renames what the release before uses: add the new one, use both for a release, drop the old one later',
  },
  {
    applies: /\balter (column )?"?\w+"? (set data )?type\b/,
    small: true,
    why: 'changes a type: it rewrites the table under an exclusive lock; add a column instead',
  },
  {
    applies: /\balter (column )?"?\w+"? (set not null|drop default)\b/,
    small: true,
    why: 'refuses what the release before still writes',
  },
  {
    applies: /\badd (column )?(if not exists )?(?!constraint\b)\w+ [^,]*\bnot null\b(?![^,]*\bdefault\b)/,
    small: true,
    why: 'adds a column that the release before does not fill: give it a default, or let it be null',
  },
  {
    applies:
      /\badd (column )?(if not exists )?(?!constraint\b)\w+ [^,]*(\bdefault [^,]*\b(now|random|gen_random_uuid|clock_timestamp|nextval)\b|\bgenerated (always|by default) as\b|\bserial\b)/,
    why: 'adds a column with another value in every row: that rewrites the table',
  },
  {
    applies:
      /\badd (column )?(if not exists )?(?!constraint\b)\w+ [^,]*\b(unique|primary key|references|check)\b/,
    why: 'adds a column with a constraint: that reads the table under an exclusive lock; add the constraint `not valid` and validate it in a later file',
  },
  {
    applies: /\badd constraint\b(?!.*\bnot valid\b)(?!.*\busing index\b)/,
    why: 'adds a constraint that is checked at once, under an exclusive lock: add it `not valid` and validate it in a later file',
  },
  {
    applies: /\bvalidate constraint\b/,
    but: ({ file }) => !statementsOf(file.text).some((statement) => /\badd constraint\b/i.test(statement)),
    why: 'validates a constraint while the lock of its making is held: do it in a file of its own',
  },
  {
    applies: /^create (unique )?index (?!concurrently\b)/,
    why: 'makes an index while nobody can write: `create index concurrently`, in a file `-- outside a transaction`',
  },
  {
    applies: /^drop index\b/,
    small: true,
    but: (look) => !look.around.uniqueIndexes.has(indexName(look.statement)) || contracts(look),
    why: 'drops a unique index that the release before may rely on',
  },
  {
    applies: /^(update|delete from|merge into)\b/,
    why: 'changes rows of a table that grows: the service does that in batches while it runs',
  },
  {
    applies: /^(vacuum|cluster|reindex|lock)\b|\bset (un)?logged\b|\bset tablespace\b|\battach partition\b/,
    always: true,
    small: true,
    why: 'holds a lock for as long as it takes',
  },
  {
    applies: /^(begin|commit|rollback|set|copy|notify|listen|create rule)\b/,
    always: true,
    small: true,
    why: 'has no place in a migration: the runner has the transaction and the connection',
  },
];

const indexName = (statement: string): string =>
  /^drop index (?:concurrently )?(?:if exists )?"?(\w+)/.exec(statement)?.[1] ?? '';

/** As one line in lower case; quoted text is no part of the statement's shape. */
const flat = (statement: string): string =>
  statement
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s+/g, ' ')
    .replace(/\s*;\s*$/, '')
    .trim()
    .toLowerCase();

/** Commas inside brackets separate no parts of a statement. */
const withoutInnerCommas = (statement: string): string => {
  let depth = 0;
  return statement.replace(/[(),]/g, (mark) => {
    if (mark === '(') depth += 1;
    if (mark === ')') depth -= 1;
    return mark === ',' && depth > 0 ? ' ' : mark;
  });
};

const TABLE = [
  /^alter table (?:if exists )?(?:only )?"?(\w+)/,
  /^create (?:unique )?index .*? on (?:only )?"?(\w+)/,
  /^drop table (?:if exists )?"?(\w+)/,
  /^(?:update|delete from|merge into|truncate(?: table)?|lock(?: table)?) (?:only )?"?(\w+)/,
];

/** Why a migration is not safe while the release before is running; empty when it is. */
export function unsafe(file: MigrationFile, around: Surroundings): string[] {
  const statements = statementsOf(file.text).map(flat).map(withoutInnerCommas);
  const madeHere = new Set(
    statements.flatMap((statement) => /^create table (?:if not exists )?"?(\w+)/.exec(statement)?.[1] ?? []),
  );
  const found = statements.flatMap((statement) => {
    const table =
      TABLE.map((pattern) => pattern.exec(statement)?.[1]).find((name) => name !== undefined) ?? '';
    const look: Look = { file, statement, table, madeHere, around };
    return RULES.filter((rule) => breaks(rule, look)).map((rule) => `${statement.slice(0, 80)}: ${rule.why}`);
  });
  return [...found, ...outside(file, statements)];
}

function breaks(rule: Rule, look: Look): boolean {
  if (!rule.applies.test(look.statement)) return false;
  if (rule.always !== true && look.madeHere.has(look.table)) return false;
  if (rule.small !== true && SMALL.has(look.table)) return false;
  return rule.but === undefined || !rule.but(look);
}

/** A file that runs outside a transaction may stop in its middle, and is then run again from its start. */
function outside(file: MigrationFile, statements: readonly string[]): string[] {
  const concurrent = statements.filter((statement) => /\bconcurrently\b/.test(statement));
  if (!file.outsideTransaction)
    return concurrent.map((statement) => `${statement}: needs a file \`-- outside a transaction\``);
  const dropped = new Set(statements.map(indexName));
  return statements.flatMap((statement) => {
    const made = /^create (?:unique )?index concurrently (?:if not exists )?"?(\w+)/.exec(statement)?.[1];
    if (made === undefined)
      return /^drop index concurrently if exists\b/.test(statement)
        ? []
        : [`${statement}: only indexes are made and dropped outside a transaction`];
    // An index whose making was cut short is there and invalid: `if not exists` would take it for good.
    return dropped.has(made)
      ? []
      : [
          `${statement}: begin with \`drop index concurrently if exists ${made}\`, so that it can be run again`,
        ];
  });
}

/** The unique indexes that files make, by name. */
export function uniqueIndexesOf(files: readonly MigrationFile[]): Set<string> {
  return new Set(
    files.flatMap(({ text }) =>
      statementsOf(text).flatMap(
        (statement) =>
          /^create unique index (?:concurrently )?(?:if not exists )?"?(\w+)/.exec(flat(statement))?.[1] ??
          [],
      ),
    ),
  );
}
