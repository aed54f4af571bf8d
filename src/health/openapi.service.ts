import { Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { RunningApplication } from '../platform/http/index.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';

/** Documented are the routes others rely on; the console's pages are not an interface. */
const DOCUMENTED = /^\/(v1|health|metrics|openapi\.json|docs$|u\/|t\/)/;
const SIGNALS = /^\/v1\/(batch|track|identify|page|screen|group|alias)$/;
/** Reports carry a signature of their own, in headers. */
const REPORTS = '/v1/webhooks/{provider}';
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
      // Its schemas are JSON Schema as it is, so that any validator takes them.
      .setOpenAPIVersion('3.1.0')
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A personal or service token' }, 'token')
      .addBasicAuth(
        { type: 'http', scheme: 'basic', description: 'The write key as the user, no password' },
        'writeKey',
      )
      .build();
    const components = new Components();
    const document = SwaggerModule.createDocument(this.application.get(), frame, {
      standardSchemaConverter: (schema, { schemaType }) =>
        schema instanceof z.ZodType ? { schema: components.refer(schema, schemaType) } : undefined,
    });
    components.refer(problemSchema, 'output');
    document.paths = Object.fromEntries(
      Object.entries(document.paths).filter(([path]) => DOCUMENTED.test(path)),
    );
    document.components = { ...document.components, schemas: components.schemas() };
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of OPERATIONS) {
        const operation = item[method];
        if (operation === undefined) continue;
        operation.responses['default'] ??= { description: 'Anything else' };
        for (const [status, response] of Object.entries(operation.responses))
          if (!/^[23]/.test(status) && response !== undefined && 'description' in response)
            response.content ??= { 'application/problem+json': { schema: PROBLEM } };
        if (path.startsWith('/v1/') && !(path === REPORTS && method === 'post'))
          operation.security ??= [SIGNALS.test(path) ? { writeKey: [] } : { token: [] }];
      }
    }
    return document;
  }
}

type JsonSchema = Record<string, Json>;

/** What converted schemas refer to, each named once in the document. */
class Components {
  private readonly named = new Map<string, JsonSchema>();

  /** @returns the schema itself, or a reference to it where it has a name. @throws when two schemas go by one name. */
  refer(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $defs = {}, ...own } = toJsonSchema(schema, io);
    for (const [id, each] of Object.entries($defs as Record<string, JsonSchema>)) this.name(id, each);
    return own;
  }

  schemas(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private name(id: string, schema: JsonSchema): void {
    const earlier = this.named.get(id);
    if (earlier !== undefined && canonicalJson(earlier) !== canonicalJson(schema))
      throw new Error(`two schemas of the OpenAPI document are called ${id}`);
    this.named.set(id, schema);
  }
}

/** What JSON Schema cannot say (a transform) is left open instead of failing the whole document. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    reused: 'inline',
  });
  // The one schema without a name that refers to itself is that of any JSON value, made anew wherever it is used.
  delete converted.$schema;
  const text = JSON.stringify(converted).replaceAll(/\b__schema\d+\b/g, 'JsonValue');
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}
