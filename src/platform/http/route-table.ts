import { Injectable } from '@nestjs/common';

/** Every route as it was registered, so that a known address asked with the wrong method can say which ones it knows. */
@Injectable()
export class RouteTable {
  private readonly routes: { segments: readonly string[]; method: string }[] = [];

  add(methods: string | readonly string[], url: string): void {
    for (const method of [methods].flat()) this.routes.push({ segments: url.split('/'), method });
  }

  /** Methods that some route knows for this path; empty when no route does. */
  methodsOf(path: string): string[] {
    const segments = path.split('/');
    const found = this.routes.filter((route) => fits(route.segments, segments)).map((route) => route.method);
    return [...new Set(found)].sort();
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.at(-1) === '*') return pattern.slice(0, -1).every((part, i) => fitsPart(part, path[i]));
  return pattern.length === path.length && pattern.every((part, i) => fitsPart(part, path[i]));
}

function fitsPart(pattern: string, part: string | undefined): boolean {
  if (part === undefined) return false;
  return pattern.startsWith(':') ? part !== '' : pattern === part;
}
