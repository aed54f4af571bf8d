import { type Environment } from '../../config/environment.js';

const started = { stop: undefined as (() => Promise<void>) | undefined };

/**
 * Records spans from now on, when an endpoint is named to hand them to. The process has one recorder, however many services run in it.
 * @returns what hands over the last spans.
 */
export async function startTracing(environment: Environment): Promise<() => Promise<void>> {
  const wanted =
    (environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !==
      undefined &&
    environment.OTEL_TRACES_EXPORTER !== 'none' &&
    environment.OTEL_SDK_DISABLED !== 'true';
  if (!wanted || started.stop !== undefined) return () => Promise.resolve();
  const { startSdk } = await import('./tracing-sdk.js');
  const protocol = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  started.stop = startSdk(protocol === 'http/json', environment.ROLE);
  return started.stop;
}
