import { Injectable } from '@nestjs/common';
import { escapeHtml } from '../../shared/html.js';

/** A problem as a person in a browser is told of it. */
export interface ShownProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** How a problem looks to a browser. Plain until the console brings its own page. */
@Injectable()
export class ProblemPages {
  private renderer: (problem: ShownProblem) => string = plainPage;

  /** Replaces the plain page. */
  use(renderer: (problem: ShownProblem) => string): void {
    this.renderer = renderer;
  }

  render(problem: ShownProblem): string {
    return this.renderer(problem);
  }
}

function plainPage(problem: ShownProblem): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(problem.title)}</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>${escapeHtml(problem.title)}</h1>
<p>${escapeHtml(problem.detail)}</p><p><a href="/">Back to the start</a></p></main></body></html>`;
}
