import type { Scenario } from '../scenario.js'
import { backlogScenario } from './backlog.js'
import { commandsScenario } from './commands.js'
import { drainScenario } from './drain.js'
import { enqueueScenario } from './enqueue.js'
import { latencyScenario } from './latency.js'
import { loadScenario } from './load.js'
import { memoryScenario } from './memory.js'
import { queuesScenario } from './queues.js'
import { replicasScenario } from './replicas.js'
import { roundtripScenario } from './roundtrip.js'
import { schedulerScenario } from './scheduler.js'
import { startupScenario } from './startup.js'
import { statusScenario } from './status.js'

/** In the order in which they run. */
export const allScenarios: readonly Scenario[] = [
  drainScenario,
  latencyScenario,
  roundtripScenario,
  loadScenario,
  queuesScenario,
  backlogScenario,
  enqueueScenario,
  replicasScenario,
  memoryScenario,
  commandsScenario,
  schedulerScenario,
  startupScenario,
  statusScenario,
]
