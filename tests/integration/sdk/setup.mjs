// Starts the simulators and logs in, before the first check; ends them after the
// last.
import { after, before } from 'node:test';

import {
  Simulator, clientId, clientSecret, connect, prepareClient, simulators,
} from './support.mjs';

const [binDir] = process.argv.slice(2);

before(async () => {
  const args = ['--rate-limit', '0', '--client-id', clientId, '--client-secret', clientSecret];
  simulators.main = await Simulator.start(binDir, args);
  simulators.lenient = await Simulator.start(binDir, [...args, '--conflict-style', '400']);
  prepareClient();
  await connect(simulators.main);
});

after(() => {
  for (const simulator of Object.values(simulators)) simulator.stop();
});
