import fc from 'fast-check'
import t from 'tap'
import { packJob, packJobs } from '../../../src/redis/pack-job.js'
import { asInteger, asList, type RawReply } from '../../../src/redis/script.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)

/** What a script finds in packed jobs. Numbers come back as such, texts as bytes. */
async function unpacked(packed: Buffer): Promise<RawReply[][]> {
  const reply = (await client.callBuffer('EVAL', 'return cmsgpack.unpack(ARGV[1])', 0, packed)) as RawReply
  return asList(reply).map(asList)
}

const job = { jobId: 'id', queue: 'q', ttlSec: 0, atFront: false, unique: false }
const texts = (...list: (string | Uint8Array)[]): Buffer[] => list.map((text) => Buffer.from(text as string))

void t.test('a job is its id, queue, ttl, flags, and then its fields', async (t) => {
  const fields = new Map<string, string | Uint8Array>([
    ['data', Uint8Array.of(0, 0xff, 0x80)],
    ['description', ''],
  ])
  const one = packJob({ jobId: 'a', queue: 'größe', fields, ttlSec: 2 ** 53 - 1, atFront: true, unique: false })
  const two = packJob({ ...job, fields: new Map(), unique: true })
  const [first, second] = await unpacked(packJobs([one, two]))
  t.strictSame(first?.slice(0, 3), texts('a', 'größe', '9007199254740991'))
  t.strictSame(first?.slice(3, 6).map(asInteger), [1, 0, 0])
  t.strictSame(first?.slice(6), texts('data', Uint8Array.of(0, 0xff, 0x80), 'description', ''))
  t.strictSame(second, [...texts('id', 'q', '0'), 0, 1, 0])
})

void t.test('what decides where a job goes is an array before the fields', async (t) => {
  const placement = {
    due: '+60',
    enqueuedAt: 'now',
    allowFailure: true,
    group: 'größe',
    parents: ['a', 'x'.repeat(300)],
  }
  const plain = { due: '', enqueuedAt: '', allowFailure: false, group: '', parents: [] }
  const fields = new Map([['data', 'x']])
  const packed = [placement, plain].map((one) => packJob({ ...job, fields, placement: one }))
  const [first, second] = await unpacked(packJobs(packed))
  t.strictSame(first?.[5], texts('+60', 'now', '1', 'größe', 'a', 'x'.repeat(300)))
  t.strictSame(first?.slice(6), texts('data', 'x'))
  t.strictSame(second?.[5], texts('', '', '', ''))
})

void t.test('every length of text and bytes comes through', async (t) => {
  for (const length of [0, 1, 31, 32, 33, 255, 256, 65_535, 65_536, 200_000]) {
    const fields = new Map<string, string | Uint8Array>([
      ['ascii', 'x'.repeat(length)],
      ['accents', 'é'.repeat(length)],
      ['pairs', '\u{1f600}'.repeat(length)],
      ['bytes', Buffer.alloc(length, 0xc1)],
    ])
    const [found] = await unpacked(packJobs([packJob({ ...job, fields })]))
    t.strictSame(found?.slice(6), texts(...[...fields].flat()), String(length))
  }
})

void t.test('more jobs than 16 bits count come through', async (t) => {
  const packed = packJob({ ...job, fields: new Map() })
  const jobs = packJobs(Array.from({ length: 70_000 }, () => packed))
  t.equal(await client.eval('return #cmsgpack.unpack(ARGV[1])', 0, jobs), 70_000)
})

void t.test('any fields come through', async (t) => {
  const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }))
  const names = fc.string({ unit: 'grapheme', maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, value), { maxLength: 40 }), async (entries) => {
      const fields = new Map<string, string | Uint8Array>(entries)
      const [found] = await unpacked(packJobs([packJob({ ...job, fields })]))
      t.strictSame(found?.slice(6), texts(...[...fields].flat()))
    }),
    { seed: 20_261_123, numRuns: 100 },
  )
})
