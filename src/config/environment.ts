import { z } from 'zod';

/** One line that names the variable and says what it should be; the start stops on it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

const url = (protocols: readonly string[], example: string) =>
  z.string().refine(
    (text) => {
      const parsed = URL.parse(text);
      return parsed !== null && protocols.includes(parsed.protocol);
    },
    { error: `should be a URL such as ${example}` },
  );

const email = z.email({ error: 'should be an e-mail address' });

const otlpProtocol = z
  .enum(['http/protobuf', 'http/json'], { error: 'should be "http/protobuf" or "http/json"' })
  .optional();

const schema = z.object({
  PORT: z.coerce
    .number({ error: 'should be a port number between 0 and 65535' })
    .int()
    .min(0)
    .max(65_535, { error: 'should be a port number between 0 and 65535' })
    .default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: url(['http:', 'https:'], 'https://marketing.example.com').optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'postgres://user:password@host:5432/countersign',
  ).optional(),
  ROLE: z.enum(['all', 'api', 'worker'], { error: 'should be "all", "api" or "worker"' }).default('all'),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://user:password@host:6379/0').optional(),
  SECRET_KEYS: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .refine((keys) => keys.length > 0 && keys.every((key) => key.length >= 32), {
      error: 'should be one or more keys of at least 32 characters, separated by commas, newest first',
    })
    .optional(),
  POLICIES_DIR: z.string().min(1).default('./policies'),
  /** Who wrote the playbook's folder as it is now, by e-mail address: they cannot agree to it. */
  POLICIES_AUTHORS: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim().toLowerCase()))
    .refine((addresses) => addresses.every((each) => z.email().safeParse(each).success), {
      error: 'should be one or more e-mail addresses, separated by commas',
    })
    .optional(),
  PROMPTS_DIR: z.string().min(1).default('./prompts'),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: url(['http:', 'https:'], 'http://127.0.0.1:11434/v1').optional(),
  OPENAI_MODEL: z.string().min(1).default('gpt-4.1-mini'),
  OPENAI_EMBEDDING_MODEL: z.string().min(1).optional(),
  SMTP_URL: url(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587').optional(),
  MAIL_FROM: z.string().min(3).optional(),
  /** Signals that may wait to be applied before ingest answers 429. */
  INBOX_LIMIT: z.coerce
    .number({ error: 'should be a number of signals, at least 1000' })
    .int({ error: 'should be a whole number of signals' })
    .min(1_000, { error: 'should be at least 1000 signals' })
    .default(10_000_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where spans go; the SDK itself reads these and the other OTEL_ variables. Without an endpoint none are recorded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'], 'http://127.0.0.1:4318').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(['http:', 'https:'], 'http://127.0.0.1:4318/v1/traces').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol,
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'should be "otlp" or "none"' }).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  CLOCK: z
    .string()
    .refine(
      (text) =>
        /^\d{4}-\d{2}-\d{2}T[^@]+(@\d+(\.\d+)?x)?$/.test(text) &&
        !Number.isNaN(Date.parse(text.split('@')[0] ?? '')),
      {
        error: 'should be an ISO time, optionally with a speed, such as 2026-03-29T00:30:00Z@60x',
      },
    )
    .optional(),
  CRASH_POINTS: z
    .string()
    .regex(/^[a-z_.]+:[1-9]\d*(,[a-z_.]+:[1-9]\d*)*$/, {
      error: 'should name points and at which passing the process dies, such as "signals.kept:3"',
    })
    .transform(
      (text) =>
        new Map(
          text.split(',').map((point) => {
            const [name = '', passing = ''] = point.split(':');
            return [name, Number(passing)] as const;
          }),
        ),
    )
    .optional(),
  BOOTSTRAP_WRITE_KEY: z.string().min(8, { error: 'should have at least 8 characters' }).optional(),
  BOOTSTRAP_ADMIN_EMAIL: email.optional(),
  BOOTSTRAP_ADMIN_PASSWORD: z.string().min(8, { error: 'should have at least 8 characters' }).optional(),
  BOOTSTRAP_API_KEY: z.string().min(16, { error: 'should have at least 16 characters' }).optional(),
});

/** The environment, parsed once. Absent optional variables are `undefined`. */
export type Environment = z.output<typeof schema> & {
  /** Where people and links reach this service, without a trailing slash. */
  readonly publicUrl: string;
};

/** Whether a host name is this machine itself. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host.startsWith('127.');
}

/** What several processes can only have in common when it is named. */
function requireShared(environment: z.output<typeof schema>): void {
  const { ROLE, REDIS_URL } = environment;
  if (ROLE !== 'all' && environment.DATABASE_URL === undefined)
    throw new ConfigurationError(
      `DATABASE_URL should be set when ROLE is "${ROLE}": the embedded database serves one process`,
    );
  if (environment.SECRET_KEYS === undefined && (ROLE !== 'all' || REDIS_URL !== undefined))
    throw new ConfigurationError(
      `SECRET_KEYS should be set, to the same for every process, when ${REDIS_URL === undefined ? `ROLE is "${ROLE}"` : 'REDIS_URL is set'}`,
    );
}

/**
 * Parses the environment.
 * @throws ConfigurationError naming the first wrong variable.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigurationError(
      `${String(issue?.path[0] ?? 'environment')} ${issue?.message ?? 'is wrong'}`,
    );
  }
  const environment = parsed.data;
  const mailHost = environment.SMTP_URL === undefined ? null : new URL(environment.SMTP_URL).hostname;
  if (environment.CLOCK !== undefined && mailHost !== null && !isLoopback(mailHost)) {
    throw new ConfigurationError(
      'CLOCK should be unset when SMTP_URL names a mail host that is not on loopback',
    );
  }
  if (environment.CRASH_POINTS !== undefined && (mailHost === null || !isLoopback(mailHost))) {
    throw new ConfigurationError(
      'CRASH_POINTS should be unset unless SMTP_URL names a mail host on loopback',
    );
  }
  if (environment.SMTP_URL !== undefined && environment.MAIL_FROM === undefined) {
    throw new ConfigurationError(
      'MAIL_FROM should be the sender\'s address, such as "Shop <hello@example.com>", when SMTP_URL is set',
    );
  }
  requireShared(environment);
  const publicUrl = (environment.PUBLIC_URL ?? `http://${environment.HOST}:${environment.PORT}`).replace(
    /\/$/,
    '',
  );
  return { ...environment, publicUrl };
}
