import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';

const require = createRequire(import.meta.url);

/** The viewer's files, served from the package that @nestjs/swagger brings along: no other host is asked. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });\n`;

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Countersign API</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;

/** The page that shows the OpenAPI document. */
@Injectable()
export class DocsService {
  readonly page = PAGE;
  private readonly directory = swaggerUiDirectory();

  /** @returns null for a file the viewer does not have. */
  async file(name: string): Promise<{ type: string; bytes: Buffer } | null> {
    if (name === 'start.js') return { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(START) };
    const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    return type === undefined ? null : { type, bytes: await readFile(join(this.directory, name)) };
  }
}

function swaggerUiDirectory(): string {
  const swagger = createRequire(require.resolve('@nestjs/swagger'));
  return dirname(swagger.resolve('swagger-ui-dist/package.json'));
}
