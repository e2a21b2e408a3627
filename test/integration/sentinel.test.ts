import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, rqd } from '../helpers/daemon.js'
import { MASTER_NAME, startSentinel } from '../helpers/sentinel.js'
import { waitFor } from '../helpers/wait-for.js'

/** What the replica has must be there before the master dies, or it is lost with any client. */
const REPLICAS = 1
const REPLICATED_WITHIN_MS = 10_000
const FOLLOWED_WITHIN_MS = 30_000

t.test(
  'behind Sentinel a daemon finds the master, and goes on with the next one after a fail-over (W14, W15)',
  async (t) => {
    const sentinel = await startSentinel(t)
    const file = join(sentinel.folder, 'rqd.yaml')
    const instances = `['127.0.0.1:${sentinel.sentinelPort}']`
    await writeFile(
      file,
      `SENTINEL: {INSTANCES: ${instances}, MASTER_NAME: ${MASTER_NAME}}\npath: ${fixtureTasks}\nexecutors: 1\n`,
    )
    const queue = new Queue('default', { connection: sentinel.client })
    await waitFor(
      'the sentinel to know the replica',
      async () => (await sentinel.client.wait(REPLICAS, 100)) === REPLICAS,
    )
    const check = await rqd(['check', file, '--socket', join(sentinel.folder, 's')])
    t.match(
      check.stdout,
      new RegExp(`ok +Redis +sentinel ${MASTER_NAME} at 127.0.0.1:${sentinel.sentinelPort} answers`),
    )

    const socket = join(sentinel.folder, 'rqd.sock')
    const ended = rqd(['-c', file, '--socket', socket])
    t.teardown(async () => {
      await rqctl(['shutdown', '--socket', socket])
      await ended
    })
    const before = await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('the first job', async () => (await before.refresh(), before.status === 'finished'))
    await sentinel.client.wait(REPLICAS, REPLICATED_WITHIN_MS)
    await sentinel.failOver()
    const after = await queue.enqueue('arithmetic.add', 3, 4)
    await waitFor(
      'the job after the fail-over',
      async () => (await after.refresh(), after.status === 'finished'),
      FOLLOWED_WITHIN_MS,
    )
    t.equal(after.result, 7)
  },
)
