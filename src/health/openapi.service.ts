import { Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { RunningApplication } from '../platform/http/index.js';

/** Documented are the routes others rely on; the console's pages are not an interface. */
const DOCUMENTED = /^\/(v1|health|metrics|openapi\.json|docs$|u\/|t\/)/;
const SIGNALS = /^\/v1\/(batch|track|identify|page|screen|group|alias)$/;
const PROBLEM = { $ref: '#/components/schemas/Problem' };
const OPERATIONS = ['get', 'post', 'put', 'delete', 'patch'] as const;

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** The OpenAPI document, made from the routes and their zod schemas when it is first asked for. */
@Injectable()
export class OpenApiService {
  private made: OpenAPIObject | undefined;

  constructor(private readonly application: RunningApplication) {}

  document(): OpenAPIObject {
    this.made ??= this.make();
    return this.made;
  }

  private make(): OpenAPIObject {
    const frame = new DocumentBuilder()
      .setTitle('Countersign')
      .setDescription(
        'Send signals, ask for decisions, review and sign messages. Errors are application/problem+json (RFC 9457); times are ISO 8601 in UTC; ' +
          'money is minor units with an ISO 4217 code; lists page with limit and cursor; POSTs that create take Idempotency-Key.',
      )
      .setVersion('1')
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A personal or service token' }, 'token')
      .addBasicAuth(
        { type: 'http', scheme: 'basic', description: 'The write key as the user, no password' },
        'writeKey',
      )
      .build();
    const document = SwaggerModule.createDocument(this.application.get(), frame, {
      standardSchemaConverter: (schema, { schemaType }) =>
        schema instanceof z.ZodType ? { schema: toJsonSchema(schema, schemaType) } : undefined,
    });
    document.paths = Object.fromEntries(
      Object.entries(document.paths).filter(([path]) => DOCUMENTED.test(path)),
    );
    const schemas = (document.components ??= {}).schemas ?? {};
    document.components.schemas = { ...schemas, Problem: toJsonSchema(problemSchema, 'output') };
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of OPERATIONS) {
        const operation = item[method];
        if (operation === undefined) continue;
        operation.responses['default'] ??= {
          description: 'Anything else',
          content: { 'application/problem+json': { schema: PROBLEM } },
        };
        if (path.startsWith('/v1/'))
          operation.security ??= [SIGNALS.test(path) ? { writeKey: [] } : { token: [] }];
      }
    }
    return document;
  }
}

/** What JSON Schema cannot say (a transform) is left open instead of failing the whole document. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const converted = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
    reused: 'inline',
  });
  return Object.fromEntries(Object.entries(converted).filter(([name]) => name !== '$schema'));
}
