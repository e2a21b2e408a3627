import type { Scenario } from '../scenario.js'
import { drainScenario } from './drain.js'

/** In the order in which they run. */
export const allScenarios: readonly Scenario[] = [drainScenario]
