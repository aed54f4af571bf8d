import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { plainError } from './plain.js';

/**
 * Where a sampled span is, as W3C writes it (`traceparent`): what is handed from process to process carries it. Spans name kinds, ids and
 * outcomes; nothing in them is personal.
 */
export type Trace = string;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const tracer = trace.getTracer('countersign');
let recording = false;

/** How a span stands to what it is about. */
interface Standing {
  /** INTERNAL by default. */
  readonly kind?: SpanKind;
  /** Others that led to it. */
  readonly links?: readonly Trace[];
}

/** Called once, when the SDK has been started. */
export function beginRecording(): void {
  recording = true;
}

/** Whether spans are recorded at all. */
export function isRecording(): boolean {
  return recording;
}

/** Where we are now, for what is handed on; null when nobody follows. */
export function currentTrace(): Trace | null {
  if (!recording) return null;
  const here = trace.getActiveSpan()?.spanContext();
  return here === undefined ? null : toTrace(here);
}

/** The ids of the span we are in, for the log. */
export function currentIds(): { trace_id?: string; span_id?: string } {
  const trace = currentTrace();
  return trace === null ? {} : { trace_id: trace.slice(3, 35), span_id: trace.slice(36, 52) };
}

/** Runs something in a span below the one we are in; without one it just runs. */
export function traced<T>(
  name: string,
  attributes: Attributes,
  act: (span: Span) => Promise<T>,
  standing: Standing = {},
): Promise<T> {
  if (!recording || trace.getActiveSpan()?.isRecording() !== true) return act(NO_SPAN);
  return within(context.active(), name, attributes, act, standing);
}

/** Goes on with what was handed over; when nobody followed it, nobody does from here on, wherever it is called from. */
export function continued<T>(
  from: Trace | null,
  name: string,
  attributes: Attributes,
  act: (span: Span) => Promise<T>,
  standing: Standing = {},
): Promise<T> {
  if (!recording) return act(NO_SPAN);
  if (from === null) return context.with(ROOT_CONTEXT, () => act(NO_SPAN));
  return within(toContext(from), name, attributes, act, standing);
}

/** One piece of work for many: it belongs to the first that is followed and is linked to the others. */
export function continuedTogether<T>(
  from: readonly (Trace | null)[],
  name: string,
  attributes: Attributes,
  act: (span: Span) => Promise<T>,
): Promise<T> {
  if (!recording) return act(NO_SPAN);
  const [first = null, ...links] = [...new Set(from.filter((each) => each !== null))];
  return continued(first, name, attributes, act, { kind: SpanKind.CONSUMER, links });
}

/** A span without duration. @returns where it is, for what follows from it; null when nobody follows. */
export function noted(from: Trace | null, name: string, attributes: Attributes): Trace | null {
  if (!recording || from === null) return null;
  const span = tracer.startSpan(name, { attributes }, toContext(from));
  span.end();
  return toTrace(span.spanContext());
}

/** Several spans that begin and end together, one for each that is followed. */
export class Spans {
  private readonly spans = new Map<string, Span>();

  /** @param from where each comes from, by its id. */
  constructor(name: string, from: ReadonlyMap<string, Trace>, attributesOf: (id: string) => Attributes) {
    const together = trace.getActiveSpan()?.spanContext();
    const links = together === undefined ? [] : [{ context: together }];
    for (const [id, each] of from)
      this.spans.set(
        id,
        tracer.startSpan(
          name,
          { kind: SpanKind.CONSUMER, attributes: attributesOf(id), links },
          toContext(each),
        ),
      );
  }

  /** Where each is now. */
  traces(): ReadonlyMap<string, Trace> {
    return new Map(
      [...this.spans].flatMap(([id, span]) => {
        const here = toTrace(span.spanContext());
        return here === null ? [] : [[id, here] as const];
      }),
    );
  }

  end(error?: unknown): void {
    for (const span of this.spans.values()) {
      if (error !== undefined) fail(span, error);
      span.end();
    }
  }
}

/**
 * The span of a request, below the caller's if it named one.
 * @returns the span, and the context in which everything that follows from the request runs.
 */
export function beginRequest(
  traceparent: string | undefined,
  name: string,
  attributes: Attributes,
): { readonly span: Span; readonly context: Context } {
  const parent = traceparent === undefined ? null : toSpanContext(traceparent);
  const from = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, from);
  return { span, context: trace.setSpan(ROOT_CONTEXT, span) };
}

/** Says that it went wrong: what kind of error, and none of its words. */
function fail(span: Span, error: unknown): void {
  const { type, code } = plainError(error, 0);
  span.setAttribute('error.type', code ?? type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

async function within<T>(
  parent: Context,
  name: string,
  attributes: Attributes,
  act: (span: Span) => Promise<T>,
  { kind = SpanKind.INTERNAL, links = [] }: Standing,
): Promise<T> {
  const span = tracer.startSpan(name, { kind, attributes, links: links.flatMap(toLink) }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => act(span));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function toTrace({ traceId, spanId, traceFlags }: SpanContext): Trace | null {
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? null : `00-${traceId}-${spanId}-01`;
}

function toSpanContext(traceparent: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

function toContext(from: Trace): Context {
  const parent = toSpanContext(from);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function toLink(to: Trace): Link[] {
  const other = toSpanContext(to);
  return other === null ? [] : [{ context: other }];
}
