import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertCompletionText,
  pickedCompletion,
  startCompletion,
} from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, forEachDiagnostic, lintGutter, linter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { complete } from '../../policies/complete.js';
import { type Completions } from '../../policies/completions.js';
import { type DraftCheck, type DraftNote } from '../../policies/draft-check.js';
import { type Suggestion } from '../../policies/suggestions.js';

/** After the last key for so long the draft is checked. */
const PAUSE_MS = 500;

const ICONS: Readonly<Record<Suggestion['kind'], string>> = {
  key: 'property',
  value: 'constant',
  name: 'enum',
  field: 'property',
  function: 'function',
  variable: 'variable',
  text: 'text',
};

/** Puts an editor in the place of a file's text area, which keeps what the form sends. */
export function mount(area: HTMLTextAreaElement): void {
  if (area.hidden) return;
  new PlaybookEditor(area);
}

class PlaybookEditor {
  private readonly form: HTMLFormElement;
  private readonly path: HTMLInputElement;
  private readonly notes: HTMLElement;
  private readonly view: EditorView;
  private completions: Completions | null = null;
  /** The newest check; what an older one answers is of no interest. */
  private asked = 0;

  constructor(private readonly area: HTMLTextAreaElement) {
    if (area.form === null) throw new Error('an editor stands in a form');
    this.form = area.form;
    this.path = required(this.form.querySelector<HTMLInputElement>('input[name=path]'));
    this.notes = required(document.querySelector<HTMLElement>('[data-draft-notes]'));
    this.view = new EditorView({ state: this.state(), parent: this.frame() });
    area.hidden = true;
    document.getElementById('editor-keys')?.removeAttribute('hidden');
    // Beside the editor nothing marks where the text area was.
    area.labels.forEach((label) => {
      label.addEventListener('click', () => {
        this.view.focus();
      });
    });
    this.path.addEventListener('change', () => void this.check());
    this.goTo(Number(area.dataset['line'] ?? 0));
    void this.load();
    void this.check();
  }

  private frame(): HTMLElement {
    const frame = document.createElement('div');
    frame.className = 'editor';
    this.area.after(frame);
    return frame;
  }

  private state(): EditorState {
    const { area } = this;
    return EditorState.create({
      doc: area.value,
      extensions: [
        basicSetup,
        yaml(),
        syntaxHighlighting(classHighlighter),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(required(document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')).content),
        EditorView.contentAttributes.of({
          'aria-label': area.getAttribute('aria-label') ?? '',
          'aria-describedby': 'editor-keys',
          autocapitalize: 'off',
          spellcheck: 'false',
        }),
        autocompletion({ override: [(context) => this.suggest(context)] }),
        lintGutter(),
        // Checks on a pause; what it answers is shown in the list as well.
        linter(() => this.diagnose(), { delay: PAUSE_MS }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }); // prettier-ignore
  }

  private async load(): Promise<void> {
    const answer = await fetch('/playbook/edit/completions', { headers: { accept: 'application/json' } });
    if (answer.ok) this.completions = (await answer.json()) as Completions;
  }

  private suggest(context: CompletionContext): CompletionResult | null {
    if (this.completions === null) return null;
    const text = context.state.doc.toString();
    const found = complete(this.completions, this.path.value.trim(), text, context.pos);
    if (found === null || found.options.length === 0) return null;
    const written = text.slice(found.from, context.pos);
    // Unasked only once something is there to go by: a word, or the mark before one.
    if (!context.explicit && written === '' && !/[.:"'[{]\s?$/.test(text.slice(0, context.pos))) return null;
    return { from: found.from, options: found.options.map(option), validFor: /^[\w.-]*$/ };
  }

  /** Asks the server, which reads the draft as it would read it at load. */
  private async diagnose(): Promise<readonly Diagnostic[]> {
    const asked = ++this.asked;
    const check = await this.askServer();
    if (asked !== this.asked || !this.view.dom.isConnected) return this.shown();
    this.tell(check);
    const own = this.path.value.trim();
    return [...check.errors, ...check.warnings].filter(({ file }) => file === own || file === '').map((note) => this.diagnostic(note, check.errors.includes(note))); // prettier-ignore
  }

  private async check(): Promise<void> {
    const diagnostics = await this.diagnose();
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  private shown(): Diagnostic[] {
    const shown: Diagnostic[] = [];
    forEachDiagnostic(this.view.state, (diagnostic, from, to) => shown.push({ ...diagnostic, from, to }));
    return shown;
  }

  private async askServer(): Promise<DraftCheck> {
    const file = this.path.value.trim();
    const text = this.view.state.doc.toString();
    const failed = (message: string): DraftCheck => ({ errors: [{ file, line: 1, column: 1, message }], warnings: [] });
    // What cannot be sent cannot be checked either.
    if (text.length > Number(this.area.dataset['largest'])) return failed(this.area.dataset['tooLarge'] ?? '');
    try {
      const answer = await fetch('/playbook/edit/check', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': this.field('_csrf') },
        body: JSON.stringify({ path: file, text, others: this.field('others') }),
      });
      const body = (await answer.json()) as DraftCheck & { readonly detail?: string };
      return answer.ok ? body : failed(body.detail ?? `the check answered ${answer.status}`);
    } catch {
      return failed('could not be checked: the server did not answer');
    }
  } // prettier-ignore

  private field(name: string): string {
    return required(this.form.querySelector<HTMLInputElement>(`input[name=${name}]`)).value;
  }

  private diagnostic({ line, column, message }: DraftNote, isError: boolean): Diagnostic {
    const { from, to } = span(this.view.state.doc, line, column);
    return { from, to, message, severity: isError ? 'error' : 'warning' };
  }

  /** The list of what was found, for everybody, and for those who do not see the marks. */
  private tell({ errors, warnings }: DraftCheck): void {
    const title = document.createElement('p');
    title.className = 'strong';
    title.textContent = summary(errors.length, warnings.length);
    const list = document.createElement('ul');
    for (const note of errors) list.append(this.line(note, 'mistake'));
    for (const note of warnings) list.append(this.line(note, 'warning'));
    this.notes.className = `draft-notes ${errors.length > 0 ? 'bad' : warnings.length > 0 ? 'wait' : 'good'}`;
    this.notes.replaceChildren(title, ...(list.children.length > 0 ? [list] : []));
  }

  private line({ file, line, column, message }: DraftNote, kind: string): HTMLLIElement {
    const item = document.createElement('li');
    item.className = kind;
    const isOwn = file === this.path.value.trim();
    const place = document.createElement(isOwn ? 'button' : 'code');
    place.textContent = isOwn ? `line ${line}` : `${file}:${line}:${column}`;
    if (place instanceof HTMLButtonElement) {
      place.type = 'button';
      place.className = 'link';
      place.addEventListener('click', () => {
        this.goTo(line, column);
        this.view.focus();
      });
    }
    item.append(place, ` ${message}`);
    return item;
  }

  private goTo(line: number, column = 1): void {
    if (!(line >= 1)) return;
    const { from } = span(this.view.state.doc, line, column);
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  } // prettier-ignore
}

function option({ label, apply, kind, detail, info }: Suggestion): Completion {
  return {
    label,
    type: ICONS[kind],
    ...(apply === undefined ? {} : { apply: /[ ([]$/.test(apply) ? andGoOn(apply) : apply }),
    ...(detail === 'required' ? { boost: 1 } : {}),
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(info === undefined || info === '' ? {} : { info }),
  };
}

/** Writes a beginning, and offers what could follow it at once. */
function andGoOn(text: string): Exclude<Completion['apply'], string | undefined> {
  return (view, completion, from, to) => {
    view.dispatch({
      ...insertCompletionText(view.state, text, from, to),
      annotations: pickedCompletion.of(completion),
    });
    startCompletion(view);
  };
}

/** From a place to the end of the word there, at least one character where the line has one. */
function span(text: Text, line: number, column: number): { from: number; to: number } {
  const found = text.line(Math.min(Math.max(1, line), text.lines));
  const from = Math.min(found.from + Math.max(0, column - 1), found.to);
  const word = /^[\w.$-]+|^\S/.exec(text.sliceString(from, found.to))?.[0] ?? '';
  return { from, to: from + word.length };
}

function summary(errors: number, warnings: number): string {
  const said = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  if (errors > 0) return said(errors, 'mistake');
  return warnings > 0 ? `No mistake, ${said(warnings, 'warning')}` : 'No mistake';
}

function required<T>(element: T | null): T {
  if (element === null) throw new Error('the page lacks a part of the editor');
  return element;
}
