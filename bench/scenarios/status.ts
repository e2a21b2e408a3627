import { Bed } from '../bed.js'
import { makeCrowd } from '../crowd.js'
import { fill } from '../fill.js'
import { rqctlProgram, rqdProgram } from '../ours.js'
import { Running, runToEnd } from '../processes.js'
import { check } from '../result.js'
import type { Scenario } from '../scenario.js'
import { ours } from '../sides.js'
import { untilDone } from '../until-done.js'
import { timeStatus } from './startup.js'

const queues = ['default']

export const statusScenario: Scenario = {
  name: 'status',
  title: 'rqctl status with very many jobs in Redis (a million queued and a million finished with --large)',
  async run({ options, say }) {
    const jobs = options.large ? 1_000_000 : 100_000
    say(`status: making ${jobs} queued and ${jobs} finished jobs`)
    const values = await Bed.use(async ({ server, folder }) => {
      const redis = server.client
      const [path, width] = [server.socket, 1]
      await fill(ours, path, queues, 1, { task: 'noop' })
      const [template = ''] = await redis.lrange(ours.waiting('default'), 0, 0)
      const daemon = new Running(rqdProgram({ path, queues, width, folder }))
      try {
        await untilDone(daemon, () => ours.done(redis, queues, 1), 1)
        await runToEnd(rqctlProgram(folder, 'pause'))
        await makeCrowd(redis, { template, queue: 'default', state: 'finished', jobs, firstId: 1 })
        await makeCrowd(redis, { template, queue: 'default', state: 'queued', jobs, firstId: jobs + 1 })
        const times: number[] = []
        for (let i = 0; i < options.rounds * 3; i += 1) {
          say(`status, ${i + 1} of ${options.rounds * 3}`)
          times.push(await timeStatus(folder))
        }
        return times
      } finally {
        // A daemon that is asked nicely has nothing to do here; but Redis is large by now.
        await daemon.stop()
      }
    })
    const what = `rqctl status, ${jobs} queued and ${jobs} finished`
    return {
      name: this.name,
      title: this.title,
      how: 'The whole command, from its spawning to its end; the jobs are copies of one, the daemon is paused.',
      rows: [{ what, side: ours.title, unit: 'ms', values }],
      checks: [check(what, 'ms', values, { op: '<=', limit: 150 })],
    }
  },
}
