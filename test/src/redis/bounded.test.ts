import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { projectRoot } from '../../helpers/paths.js'
import { startRedis } from '../../helpers/redis.js'

// I10: nothing walks the key space, and a look at a queue costs the same however long it is.

function sources(folder: string): string[] {
  const entries = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
  return entries
    .filter((name) => /\.(ts|lua)$/.test(name) && !name.includes('generated'))
    .map((name) => join(folder, name))
}

t.test('no source walks the key space', async (t) => {
  const walks = /call\('(KEYS|SCAN|RANDOMKEY)'|\.(keys|scan|scanStream)\('|\.scanStream\(/
  for (const file of [...sources('src'), ...sources('daemon')]) {
    t.notMatch(readFileSync(join(projectRoot, file), 'utf8'), walks, file)
  }
})

t.test('the summary of a queue of 300,000 jobs costs the same few commands as that of one', async (t) => {
  const { client } = await startRedis(t)
  const keys = createKeys()
  const store = new Store(client, keys)
  const commands = async (): Promise<string> => {
    await client.config('RESETSTAT')
    await store.queueSummaries(['long'])
    const stats = await client.info('commandstats')
    const calls = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, name, count]) => `${name} ${count}`)
    return calls.filter((call) => !/^(config|info|evalsha|eval|client)/.test(call)).join(', ')
  }
  await client.hset(keys.job('0'), 'enqueued_at', '2026-11-23T08:51:20.000000Z')
  await client.rpush(keys.queue('long'), '0')
  await store.queueSummaries(['long'])
  const short = await commands()
  for (let i = 0; i < 300; i++)
    await client.rpush(keys.queue('long'), ...Array.from({ length: 1_000 }, (_, n) => `${i}-${n}`))
  t.equal(await commands(), short)
  t.match(await store.queueSummaries(['long']), [{ depth: 300_001, oldestEnqueuedAt: '2026-11-23T08:51:20.000000Z' }])
})
