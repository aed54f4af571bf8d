import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Log } from './log.js';
import { beginRecording } from './tracing.js';

/** Not what it says: the SDK quotes what it was answered. */
const trouble = (): void => {
  new Log('tracing').warn('tracing.failed');
};

/**
 * Starts OpenTelemetry's SDK as the OTEL_ variables say: endpoint, headers, sampler, batch sizes, resource. Loaded only when it is wanted:
 * it takes its time and memory.
 * @returns what hands over the last spans.
 */
export function startSdk(json: boolean, role: string): () => Promise<void> {
  const quiet = (): void => undefined;
  diag.setLogger(
    { error: trouble, warn: trouble, info: quiet, debug: quiet, verbose: quiet },
    DiagLogLevel.WARN,
  );
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'countersign', 'countersign.role': role }))
    .merge(detectResources({ detectors: [hostDetector, serviceInstanceIdDetector, envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(json ? new JsonExporter() : new ProtobufExporter())],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  beginRecording();
  new Log('tracing').info('tracing.on');
  return () => provider.shutdown().catch(trouble);
}
