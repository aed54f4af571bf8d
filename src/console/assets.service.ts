import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';

const QUALITY = 6;

export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

const require = createRequire(import.meta.url);

function own(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`./assets/${name}`, import.meta.url)));
}

/** Styles and scripts of the console: read once, compressed once, named by their hash so that browsers keep them for ever. */
@Injectable()
export class ConsoleAssets {
  private readonly byName = new Map<string, Asset>();
  readonly links: {
    readonly styles: readonly string[];
    readonly scripts: readonly string[];
    readonly icon: string;
    /** The playbook's editor; null in a process that nothing was built for, whose pages do without. */
    readonly editor: string | null;
  };

  constructor() {
    this.links = {
      styles: [
        this.add('pico.css', 'text/css', readFileSync(require.resolve('@picocss/pico/css/pico.min.css'))),
        this.add('console.css', 'text/css', own('console.css')),
      ],
      scripts: [
        this.add('htmx.js', 'text/javascript', readFileSync(require.resolve('htmx.org/dist/htmx.min.js'))),
        this.add('console.js', 'text/javascript', own('console.js')),
      ],
      icon: this.add('icon.svg', 'image/svg+xml', own('icon.svg')),
      editor: this.bundled('editor.js'),
    };
  }

  get(name: string): Asset | undefined {
    return this.byName.get(name);
  }

  /** What `npm run build` bundled for browsers. */
  private bundled(name: string): string | null {
    const path = fileURLToPath(new URL(`../../dist/browser/${name}`, import.meta.url));
    return existsSync(path) ? this.add(name, 'text/javascript', readFileSync(path)) : null;
  }

  private add(name: string, type: string, content: Buffer): string {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const [stem = name, extension = ''] = name.split('.');
    const file = `${stem}.${hash}.${extension}`;
    this.byName.set(file, {
      type: `${type}; charset=utf-8`,
      plain: content,
      gzip: gzipSync(content),
      brotli: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
    });
    return `/assets/${file}`;
  }
}
