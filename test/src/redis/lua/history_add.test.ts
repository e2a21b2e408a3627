import t from 'tap'
import { noCounts, partOf } from '../../../../src/history/minute.js'
import { MOST_MINUTES, readHistory } from '../../../../src/history/read-history.js'
import { addHistory } from '../../../../src/redis/history-store.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const HOUR_MS = 3_600_000
const hourOf = (nowMs: number): string => keys.history(Math.floor(nowMs / HOUR_MS))

t.test('sums are added up, of greatest values the greatest counts, samples stand for those before', async (t) => {
  const part = (finished: number, longestRunMs: number, waiting: number) => ({
    ageMs: 0,
    part: { add: { finished, runMs: 1.25 }, top: { longestRunMs }, now: { waiting } },
  })
  await addHistory(client, keys, [part(2, 7, 30), part(3, 5, 20)])
  const nowMs = await addHistory(client, keys, [part(1, 6, 10)])
  const minutes = await readHistory(client, keys, 3)
  // The clock may have moved into the next minute meanwhile.
  const sum = (name: 'finished' | 'runMs') => minutes.reduce((total, minute) => total + minute[name], 0)
  t.equal(sum('finished'), 6)
  t.equal(sum('runMs'), 3.75)
  t.equal(Math.max(...minutes.map((minute) => minute.longestRunMs)), 7)
  t.equal(minutes.findLast((minute) => minute.waiting !== null)?.waiting, 10)
  t.equal(minutes[0]?.failedJobs, null, 'nobody has looked')
  const [sec] = await client.time()
  t.ok(Number(sec) * 1_000 >= (minutes.at(-1)?.startMs ?? Infinity))
  t.ok(nowMs < (Number(sec) + 1) * 1_000)
})

t.test('a part goes to the minute in which it was, and not where that is too long ago', async (t) => {
  const add = (ageMs: number, failed: number) => ({ ageMs, part: { add: { failed }, top: {}, now: {} } })
  const parts = [add(61 * 60_000, 5), add((MOST_MINUTES - 1) * 60_000, 7), add(30 * HOUR_MS, 9)]
  const addAndRead = async () => {
    await client.flushall()
    return { nowMs: await addHistory(client, keys, parts), minutes: await readHistory(client, keys, MOST_MINUTES) }
  }
  let { nowMs, minutes } = await addAndRead()
  // Once more, if the clock has moved into the next minute meanwhile: the oldest one is not read then.
  while ((minutes.at(-1)?.startMs ?? 0) > nowMs) ({ nowMs, minutes } = await addAndRead())
  t.equal(minutes.length, MOST_MINUTES)
  const found = minutes.flatMap(({ startMs, failed }) => (failed === 0 ? [] : [{ failed, ageMin: nowMs - startMs }]))
  t.strictSame(
    found.map(({ failed }) => failed),
    [7, 5],
  )
  t.ok(found.every(({ ageMin }) => ageMin % 60_000 < 60_000))
  t.equal(Math.floor((found[1]?.ageMin ?? 0) / 60_000), 61)
  t.equal((await client.keys('*')).length, 2, 'the part that is too old has left nothing')
})

t.test('an hour goes 25 hours after its end, and nothing else is kept', async (t) => {
  const nowMs = await addHistory(client, keys, [{ ageMs: 0, part: partOf({ ...noCounts(), finished: 1 }) }])
  t.strictSame(await client.keys('*'), [hourOf(nowMs)])
  const endsSec = (Math.floor(nowMs / HOUR_MS) + 1) * 3_600
  t.equal(await client.expiretime(hourOf(nowMs)), endsSec + 25 * 3_600)
})

t.test('what cannot be read begins anew, other names stay, and a key of another kind is left alone', async (t) => {
  const add = () => addHistory(client, keys, [{ ageMs: 0, part: { add: { failed: 1 }, top: {}, now: {} } }])
  const nowMs = await add()
  const key = hourOf(nowMs)
  const [field = ''] = await client.hkeys(key)
  for (const [before, after] of [
    ['{', { failed: 1 }],
    ['7', { failed: 1 }],
    ['{"failed":"x","later":2}', { failed: 1, later: 2 }],
  ] as const) {
    await client.hset(key, field, before)
    await add()
    if (Math.floor(Number((await client.time())[0]) / 60) !== Math.floor(nowMs / 60_000)) {
      t.comment('the minute has ended: another field was written')
      return
    }
    t.strictSame(JSON.parse((await client.hget(key, field)) ?? ''), after, before)
  }
  await client.del(key)
  await client.set(key, 'a text')
  await add()
  t.equal(await client.get(key), 'a text')
  t.ok((await readHistory(client, keys, 2)).every((minute) => minute.failed === 0))
})

t.test('however much happens, an hour takes the same number of fields', async (t) => {
  const counts = Object.fromEntries(Object.keys(noCounts()).map((name) => [name, 123_456_789])) as never
  const samples = { waiting: 1e9, failedJobs: 1e9, running: 1e6, workers: 1e6, busyWorkers: 1e6 }
  const parts = Array.from({ length: 60 }, (_, i) => ({
    ageMs: i * 60_000,
    part: { ...partOf(counts), now: samples },
  }))
  for (let round = 0; round < 3; round++) {
    const nowMs = await addHistory(client, keys, parts)
    const keysNow = [hourOf(nowMs), hourOf(nowMs - HOUR_MS)]
    const sizes = await Promise.all(keysNow.map((key) => client.hlen(key)))
    t.ok((sizes[0] ?? 0) + (sizes[1] ?? 0) <= 61, sizes.join())
    const bytes = await Promise.all(keysNow.map((key) => client.memory('USAGE', key, 'SAMPLES', 0)))
    t.ok(bytes.reduce<number>((sum, each) => sum + (each ?? 0), 0) < 2 * 32_768, bytes.join())
  }
})
