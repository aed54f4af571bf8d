import { batches, makeLoad } from '../load/load.js';
import { startLimitServer } from '../limits/limit-server.js';
import { row } from '../row.js';
import { startService } from '../world/service.js';

/** One process: how long it takes to start on a database that is there already, and its memory at rest and under load, beside a bare server's. */
export const name = 'process';
export const engines = ['embedded', 'postgres'];

export async function measure(bench) {
  const database = await bench.world.copy();
  const empty = await bench.world.empty();
  const service = await startService(database);
  const bare = await startLimitServer(empty, { people: 1, stateBytes: 1, decisionBytes: 1 });
  try {
    const [atRest, bareAtRest] = [await service.memory(), await bare.memory()];
    const load = (url, path) =>
      makeLoad({
        urls: [url],
        requests: { ...batches(bench.world.people), path },
        connections: 16,
        seconds: bench.seconds,
      });
    await load(service.url, '/v1/batch');
    await load(bare.url, '/empty');
    const [loaded, bareLoaded] = [await service.memory(), await bare.memory()];
    const against = 'a bare server of the same kind';
    return [
      row('start on a database that is there', service.startMs, bare.startMs, 'ms', 'lower', against),
      row('memory at rest', atRest.now, bareAtRest.now, 'MiB', 'lower', against),
      row('memory at its highest under ingest', loaded.highest, bareLoaded.highest, 'MiB', 'lower', against),
    ];
  } finally {
    await bare.stop();
    await service.stop();
    await empty.drop();
    await database.drop();
  }
}
