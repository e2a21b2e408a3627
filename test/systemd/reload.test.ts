import t from 'tap'
import { type Job, Queue } from '../../src/index.js'
import { startSystemd, withoutSystemd } from '../helpers/systemd.js'
import { waitFor } from '../helpers/wait-for.js'

// C8, C3: "systemctl reload" under a real systemd.

const tasks = '/srv/app/tasks'

/** A task module of one version; `gate` holds a job until that file is there. */
const moduleOf = (version: string): string => `
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
export const version = () => '${version}'
export async function hold(gate) {
  while (!existsSync(gate)) await delay(10)
  return '${version}'
}
`

t.test('under systemd', { skip: withoutSystemd }, async (t) => {
  // Preloaded: what an executor loads when it first needs it is what lies there then, broken or not.
  const systemd = await startSystemd(t, { RQD_PATH: tasks, RQD_PRELOAD: 'shop' })
  const { must, run, client } = systemd
  await systemd.write(`${tasks}/shop.mjs`, moduleOf('v1'))
  await must('systemctl', 'start', 'redis-server', 'rqd')
  await client.connect()
  const queue = new Queue('default', { connection: client, taskPaths: [] })
  const resultOf = async (job: Job): Promise<unknown> => {
    await waitFor('the job to end', async () => ['finished', 'failed'].includes((await job.refresh()).status ?? ''))
    return job.result ?? job.excInfo
  }

  t.test('C8 a reload swaps the code: later jobs run the new one, the one that runs goes on', async (t) => {
    const held = await queue.enqueue('shop.hold', '/run/gates/reload')
    await waitFor('the job to run', async () => (await held.refresh()).status === 'started')
    await systemd.write(`${tasks}/shop.mjs`, moduleOf('v2'))
    await must('systemctl', 'reload', 'rqd')
    t.equal(await resultOf(await queue.enqueue('shop.version')), 'v2')
    t.equal((await held.refresh()).status, 'started')
    await systemd.write('/run/gates/reload', '')
    t.equal(await resultOf(held), 'v1')
  })

  t.test(
    'C8 a tree that does not load is refused: the reload fails with the reason, the old code works on',
    async (t) => {
      await systemd.write(`${tasks}/shop.mjs`, `${moduleOf('v3')}\nexport function broken( {`)
      const { code } = await run('systemctl', 'reload', 'rqd')
      t.not(code, 0)
      t.match(await systemd.journal(), /reload refused, all stays as it was: .*SyntaxError/)
      t.equal(await systemd.show('ActiveState'), 'active')
      t.equal(await systemd.show('NRestarts'), '0')
      t.equal(await resultOf(await queue.enqueue('shop.version')), 'v2')
    },
  )
})
