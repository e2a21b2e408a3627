import { Redis } from 'ioredis'
import t from 'tap'
import { answers } from '../../../daemon/systemd/answers.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const lone = (path: string): Redis => new Redis({ path, lazyConnect: true, maxRetriesPerRequest: 0 })

t.test('a Redis that runs answers; one that is frozen or gone does not, within a bound', async (t) => {
  const redis = await startRedis(t)
  t.ok(await waitFor('an answer', () => answers(lone(redis.socket))))
  redis.signal('SIGSTOP')
  t.equal(await answers(lone(redis.socket)), false)
  redis.signal('SIGCONT')
  t.ok(await waitFor('an answer', () => answers(lone(redis.socket))))
  t.equal(await answers(lone(`${redis.folder}/none.sock`)), false)
})
