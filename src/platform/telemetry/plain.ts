/** An error as it may be logged: what kind it is and where it came from, never what it says. */
export interface PlainError {
  readonly type: string;
  /** SQLSTATE, the system's code (`ECONNREFUSED`), or the provider's. */
  readonly code?: string;
  readonly status?: number;
  /** Names of the schema that PostgreSQL tells. */
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  /** The SMTP command that was answered badly. */
  readonly command?: string;
  /** Findings of a schema, without what was found. */
  readonly issues?: number;
  readonly at?: readonly string[];
  readonly cause?: PlainError;
}

/** What a line may tell beside its event: there are no other fields. */
export interface Fields {
  /** Reduced to a `PlainError`. */
  readonly error?: unknown;
  /** Words of the operator's own: of the playbook, of a migration, a folder. The one field that may hold a sentence. */
  readonly note?: string;
  // Names of the playbook and of ours.
  readonly action?: string;
  readonly kind?: string;
  readonly task?: string;
  readonly check?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  // Ids.
  readonly bundle?: string;
  readonly key?: string;
  readonly message?: string;
  readonly person?: string;
  readonly profile?: string;
  readonly request?: string;
  readonly signal?: string;
  readonly work?: number;
  // Of a request.
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  // Figures.
  readonly attempt?: number;
  readonly mistakes?: number;
  readonly ms?: number;
  readonly people?: number;
}

/** Ids, kinds, codes and routes look like this; names, addresses and sentences do not. */
const NAME = /^[A-Za-z0-9_.:/*+-]{1,160}$/;
const CODE = /^[A-Za-z0-9_.-]{1,60}$/;
const COMMAND =
  /^(CONN|EHLO|HELO|LHLO|STARTTLS|AUTH( [A-Z0-9-]{1,20})?|API|MAIL FROM|RCPT TO|DATA|QUIT|NOOP)$/;
const FRAME = /^ {4}at (?:[^\n@'"]{1,120} )?\(?(?:file:\/\/|node:|\/)[^\s'"]+:\d+:\d+\)?$/;
const FRAMES = 12;
const CAUSES = 3;
const LEFT_OUT = '(left out)';

/**
 * An error without its words: those of databases, mail servers and parsers quote what they were given. Type, code and place say where to look.
 */
export function plainError(error: unknown, causes = CAUSES): PlainError {
  if (!(error instanceof Error)) return { type: typeof error };
  const given = error as Error & Readonly<Record<string, unknown>>;
  const code = (name: string): string | undefined => textLike(given[name], CODE);
  const status = [given['status'], given['statusCode'], given['responseCode']].find(
    (value) => typeof value === 'number',
  );
  const issues: unknown = given['issues'];
  const at = framesOf(error);
  return compact({
    type: textLike(error.constructor.name, CODE) ?? 'Error',
    code: code('code') ?? code('type'),
    status,
    table: code('table'),
    column: code('column'),
    constraint: code('constraint'),
    command: textLike(given['command'], COMMAND),
    issues: Array.isArray(issues) ? issues.length : undefined,
    at: at.length === 0 ? undefined : at,
    cause: causes > 0 && error.cause !== undefined ? plainError(error.cause, causes - 1) : undefined,
  });
}

/** The fields of a line with nothing in them that is not a name, a figure or an error's kind. */
export function plainFields(fields: Fields): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (value === undefined) continue;
    if (name === 'error') plain[name] = plainError(value);
    else plain[name] = name === 'note' ? value : plainValue(value);
  }
  return plain;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return NAME.test(value) ? value : LEFT_OUT;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : LEFT_OUT;
}

function textLike(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

/** The places of a stack. What stands before them is the message, which may hold lines of any shape: without knowing where it ends, none. */
function framesOf({ message, stack = '' }: Error): string[] {
  const said = stack.indexOf(message);
  if (said < 0) return [];
  return stack
    .slice(said + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES)
    .map((line) => line.trim().slice('at '.length));
}

function compact(error: { readonly [Name in keyof PlainError]: PlainError[Name] | undefined }): PlainError {
  // What is left out was optional: its type says so, and entries lose their types.
  return Object.fromEntries(
    Object.entries(error).filter(([, value]) => value !== undefined),
  ) as unknown as PlainError;
}
