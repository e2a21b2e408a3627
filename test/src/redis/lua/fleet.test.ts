import t from 'tap'
import { asList, asText, runScript } from '../../../../src/redis/script.js'
import { scripts } from '../../../../src/redis/scripts.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make

void t.test('living supervisors are named, living workers of others counted, the rest left out', async (t) => {
  const fleet = async (): Promise<string[]> => {
    const call = { keys: { supervisors: keys.supervisors, workers: keys.workers }, args: { prefix: keys.prefix } }
    return asList(await runScript(client, scripts.fleet, call)).map((each) =>
      String(typeof each === 'number' ? each : asText(each)),
    )
  }
  t.same(await fleet(), ['0'])
  await make.register('sup')
  await client.zadd(keys.supervisors, 1, 'dead', 0, 'taken-over', 9e15, 'nameless')
  await client.sadd(keys.workers, ...['py', 'ended', 'gone', 'odd'].map((name) => keys.worker(name)))
  await client.hset(keys.worker('py'), 'birth', 'b', 'state', 'idle')
  await client.hset(keys.worker('ended'), 'birth', 'b', 'death', 'd')
  await client.set(keys.worker('odd'), 'text')
  const before = await dump(client)
  const [count, ...names] = await fleet()
  t.equal(count, '1')
  t.same(names.length, 2)
  t.ok(names.includes('nameless'), 'by its id where it has no name')
  t.same(await dump(client), before)
})
