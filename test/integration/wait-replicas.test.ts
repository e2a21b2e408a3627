import t from 'tap'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { freePort } from '../../chaos/free-port.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test(
  'with wait-replicas a daemon says when replicas lack what it settles, goes on, and says when they have it',
  async (t) => {
    const port = await freePort()
    const master = await startRedis(t, ['--port', String(port), '--repl-diskless-sync-delay', '0'])
    const replica = await startRedis(t, ['--replicaof', `127.0.0.1 ${port}`])
    await waitFor('the replica', async () => (await master.client.wait(1, 100)) === 1)
    const args = ['-N', '1', '--wait-replicas', '1', '--wait-replicas-timeout-sec', '5', 'default']
    const daemon = await startDaemon(t, master, args)
    const queue = new Queue('default', { connection: master.client })
    const run = async (): Promise<string> => {
      const job = await queue.enqueue('arithmetic.add', 1, 2)
      await waitFor('the job', async () => (await job.refresh(), job.status === 'finished'))
      return job.id
    }
    const first = await run()
    await waitFor('the end of the job on the replica', async () => {
      return (await replica.client.hget(`rq:job:${first}`, 'status')) === 'finished'
    })
    t.notMatch(daemon.log(), /too few replicas/)

    await replica.client.replicaof('NO', 'ONE')
    await run()
    await daemon.logged('too few replicas have what is settled')
    await replica.client.replicaof('127.0.0.1', port)
    await waitFor('the replica again', async () => (await master.client.wait(1, 100)) === 1)
    // An answer has 5 s: on a busy machine the replica may need some more jobs until one of them is in time.
    await waitFor('the daemon to say that replicas have all again', async () => {
      await run()
      return daemon.log().includes('replicas have what is settled again')
    })
  },
)
