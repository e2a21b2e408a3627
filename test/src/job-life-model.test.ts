import fc from 'fast-check'
import t from 'tap'
import { Performer } from '../helpers/model/perform.js'
import { programs } from '../helpers/model/steps.js'
import { World } from '../helpers/model/world.js'
import { startRedis } from '../helpers/redis.js'

// J10, J12, J15, J17, J18, J20, I1: whatever producers, workers, schedulers and operators do in whatever order, after
// every step each key of Redis holds what a model of RQ's life cycle says, with our documented departures. The model
// (test/helpers/model) shares no code with the scripts. RQD_MODEL_RUNS: more programs; RQD_MODEL_SEED: others.

const { client } = await startRedis(t)
const runs = Number(process.env['RQD_MODEL_RUNS'] ?? 0)
const bound =
  runs > 0 ? { numRuns: runs, interruptAfterTimeLimit: 100_000 } : { numRuns: 150, interruptAfterTimeLimit: 10_000 }
const seed = Number(process.env['RQD_MODEL_SEED'] ?? 20_261_126)
const options = { seed, ...bound, markInterruptAsFailure: false, includeErrorInReport: true }

void t.test(
  'J10 J12 J17 J18 J20 after every step of random programs, all keys are as the model has them',
  async (t) => {
    t.setTimeout(115_000)
    let steps = 0
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const performer = new Performer(await World.begin(client))
        for (const step of program) {
          await performer.perform(step)
          steps += 1
        }
      }),
      options,
    )
    t.ok(steps > 100, `${steps} steps`)
  },
)
