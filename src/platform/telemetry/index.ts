export { Log } from './log.js';
export { createLogger } from './logger.js';
export { Metrics } from './metrics.js';
export { startTracing } from './start-tracing.js';
export {
  beginRequest,
  continued,
  continuedTogether,
  currentTrace,
  isRecording,
  noted,
  Spans,
  type Trace,
  traced,
} from './tracing.js';
export { TelemetryModule } from './telemetry.module.js';
