import fc from 'fast-check'
import t from 'tap'
import { MixedPerformer, PythonRq } from '../helpers/model/mixed.js'
import { programs } from '../helpers/model/steps.js'
import { World } from '../helpers/model/world.js'
import { withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'

// J10, J12: as test/src/job-life-model.test.ts, but Python RQ 1.13 enqueues, cancels, deletes and requeues at every
// other turn. The model knows by wire-format.md what 1.13 does differently (test/helpers/model/rq113.ts).

const seed = Number(process.env['RQD_MODEL_SEED'] ?? 20_261_127)
const runs = Number(process.env['RQD_MODEL_RUNS'] ?? 0)
const bound =
  runs > 0 ? { numRuns: runs, interruptAfterTimeLimit: 100_000 } : { numRuns: 60, interruptAfterTimeLimit: 20_000 }

void t.test('J10 J12 beside Python RQ all keys are as the model has them', { skip: withoutPythonRq }, async (t) => {
  t.setTimeout(115_000)
  const { client, socket } = await startRedis(t)
  const python = new PythonRq(socket)
  t.teardown(() => python.end())
  let done = 0
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const performer = new MixedPerformer(await World.begin(client), python)
      for (const [i, step] of program.entries()) {
        performer.isPythons = i % 2 === 0
        await performer.perform(step)
      }
      done += performer.done
    }),
    { seed, ...bound, markInterruptAsFailure: false, includeErrorInReport: true },
  )
  t.ok(done > 20, `Python did ${done} steps`)
})
